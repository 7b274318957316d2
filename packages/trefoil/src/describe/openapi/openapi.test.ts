import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { answerForm } from '../../app/compile/answer-form.ts'
import type { SecurityScheme } from '../../contract/auth/security-scheme.ts'
import { type Action, emptyAction } from '../../contract/call/action.ts'
import type { Guard } from '../../contract/call/call.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
import { NO_SURFACE } from '../../contract/call/surface-name.ts'
import type { ParamSpec } from '../../contract/params/param-spec.ts'
import { type JsonSchema, jsonSchemaOf } from '../../contract/params/schema.ts'
import type { AboutApp } from './about-app.ts'
import { openApiDocument } from './openapi.ts'

type Json = { readonly [key: string]: Json } & readonly Json[]

const schemaOf = (schema: z.ZodType, side: 'input' | 'output' = 'input'): JsonSchema =>
  jsonSchemaOf(schema, side) ?? {}

function param(
  source: ParamSpec['source'],
  name: string,
  schema: z.ZodType | null,
  more: Partial<ParamSpec> = {},
): ParamSpec {
  return {
    name,
    source,
    wire: name,
    schema,
    jsonSchema: schema === null ? {} : schemaOf(schema),
    text: ['string'],
    list: false,
    required: true,
    description: null,
    ...more,
  }
}

function action(more: Partial<Action>): Action {
  const { outputSchema = null, headers } = more
  return {
    ...emptyAction('get_order'),
    method: 'GET',
    path: '/orders',
    exposed: { api: true, mcp: false, cli: false },
    inputSchema: { type: 'object', properties: {} },
    answers: answerForm(outputSchema !== null, outputSchema, headers?.['content-type']),
    ...more,
  }
}

const guard: Guard = {
  name: 'hasRole(admin)',
  needsInput: false,
  decide: () => ({ allow: true }),
}

function catalogue(actions: readonly Action[], more: Partial<Catalogue> = {}): Catalogue {
  return {
    name: 'store',
    version: '1.2.3',
    description: null,
    actions,
    endpoints: [],
    problems: new Map(),
    covered: NO_SURFACE,
    rateHeaders: 'standard',
    ...more,
  }
}

/** The document as a client gets it, checked by a validator that is not ours. */
async function validDocument(
  actions: readonly Action[],
  more: Partial<Catalogue> = {},
  about: AboutApp = {},
): Promise<Json> {
  const options = { serverUrl: 'https://api.example.com', ...about }
  const document = JSON.parse(JSON.stringify(openApiDocument(catalogue(actions, more), options)))
  const { valid, errors } = await new Validator().validate(structuredClone(document))
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
  return document
}

/** A validator for one schema of the document, following its references. */
function schemaAt(document: Json, pointer: string): (value: unknown) => boolean {
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  ajv.addSchema({ ...document, $id: 'https://example.com/openapi' })
  const validate = ajv.getSchema(`https://example.com/openapi#${pointer}`)
  if (!validate) throw new Error(`no schema at ${pointer}`)
  return (value) => validate(value) === true
}

const Item = z.object({ sku: z.string(), count: z.int().min(1) }).meta({ id: 'Item' })
const Order = z.object({ id: z.string(), items: z.array(Item) }).meta({ id: 'Order' })
const Tree = z.object({
  name: z.string(),
  get children() {
    return z.array(Tree)
  },
})

describe('info, servers and paths (DOCS-2, W-34)', () => {
  it('names the app, its version and its server', async () => {
    const document = await validDocument([action({})], { description: 'Sells things.' })
    expect(document.openapi).toBe('3.1.1')
    expect(document.info).toEqual({
      title: 'store',
      version: '1.2.3',
      description: 'Sells things.',
    })
    expect(document.servers).toEqual([{ url: 'https://api.example.com' }])
  })

  it('falls back to a title, and needs no action', async () => {
    const document = await validDocument([], { name: '' })
    expect(document.info?.title).toBe('Trefoil API')
    expect(document.paths).toEqual({})
    expect(openApiDocument(catalogue([]))).not.toHaveProperty('servers')
  })

  it('lists HTTP actions only, and hides what asks to be hidden', async () => {
    const document = await validDocument([
      action({ path: '/seen' }),
      action({ path: '/hidden', metadata: { openapi: false } }),
      action({ method: null, path: null, exposed: { api: false, mcp: true, cli: true } }),
    ])
    expect(Object.keys(document.paths ?? {})).toEqual(['/seen'])
  })

  it('keeps methods that OpenAPI has no field for out of the document', async () => {
    const document = await validDocument([action({}), action({ method: 'PURGE' })])
    expect(Object.keys(document.paths?.['/orders'] ?? {})).toEqual(['get'])
  })

  it('does not read literal braces as a parameter (ROUTE-4)', async () => {
    const document = await validDocument([action({ path: '/x{draft}y' })])
    expect(Object.keys(document.paths ?? {})).toEqual(['/x%7Bdraft%7Dy'])
  })
})

describe('operations (DOCS-3)', () => {
  it('gives every operation an id of its own', async () => {
    const document = await validDocument([
      action({ name: 'get_order' }),
      action({ name: 'get-order', path: '/b' }),
      action({ name: 'GET /orders/{id}', path: '/c' }),
      action({ name: '日本', path: '/d' }),
      action({ path: '/e', metadata: { operation_id: 'my.own' } }),
    ])
    const ids = Object.values(document.paths ?? {}).map((item) => item.get?.operationId)
    expect(ids).toEqual(['get_order', 'get_order_2', 'GET_orders_id', 'operation', 'my_own'])
  })

  it('carries summary, description, tags, deprecation and surfaces', async () => {
    const document = await validDocument([
      action({
        description: 'Fetch one.',
        tags: ['orders'],
        deprecated: true,
        exposed: { api: true, mcp: true, cli: false },
        tool: true,
        approval: { api: false, mcp: true, cli: false },
      }),
      action({ path: '/b', title: 'A title' }),
    ])
    expect(document.tags).toEqual([{ name: 'orders' }])
    expect(document.paths?.['/orders']?.get).toMatchObject({
      summary: 'Get order',
      description: 'Fetch one.',
      tags: ['orders'],
      deprecated: true,
      'x-trefoil-tool': true,
      'x-trefoil-cli': false,
      'x-trefoil-needs-approval': true,
    })
    expect(document.paths?.['/b']?.get).toMatchObject({
      summary: 'A title',
      'x-trefoil-needs-approval': false,
    })
  })

  it('lists tags once: the described ones in their order, then the others by first use', async () => {
    const tags = new Map([
      ['Stock', 'What is there.'],
      ['Nothing', 'No action bears it.'],
      ['Orders', 'What is sold.'],
    ])
    const actions = [
      action({ tags: ['Misc', 'Orders'] }),
      action({ path: '/b', tags: ['Orders', 'Last', 'Stock'] }),
    ]
    const document = await validDocument(actions, {}, { tags })
    expect(document.tags).toEqual([
      { name: 'Stock', description: 'What is there.' },
      { name: 'Orders', description: 'What is sold.' },
      { name: 'Misc' },
      { name: 'Last' },
    ])
  })

  it('merges metadata.openapi on top: objects by member, null takes away', async () => {
    const cookie = { description: 'The session.', schema: { type: 'string' } }
    const openapi = {
      externalDocs: { url: 'https://shop.example/help' },
      tags: ['other'],
      'x-trefoil-cli': null,
      responses: {
        200: { headers: { 'set-cookie': cookie } },
        423: { description: 'Locked.' },
        500: null,
      },
    }
    const document = await validDocument([
      action({ status: 200, tags: ['a', 'b'], metadata: { openapi } }),
    ])
    const operation = document.paths?.['/orders']?.get
    expect(operation).toMatchObject({ externalDocs: openapi.externalDocs, tags: ['other'] })
    expect(operation).not.toHaveProperty('x-trefoil-cli')
    expect(operation?.responses?.['200']).toEqual({
      description: 'Success. No content for `null`.',
      content: { '*/*': {} },
      headers: { 'set-cookie': cookie },
    })
    expect(Object.keys(operation?.responses ?? {})).toEqual(['200', '423', 'default'])
  })

  it('merges a member called __proto__ as a member', async () => {
    const openapi = JSON.parse('{"x-a":{"__proto__":{"polluted":true}}}')
    const document = await validDocument([action({ metadata: { openapi } })])
    expect(Object.keys(document.paths?.['/orders']?.get?.['x-a'] ?? {})).toEqual(['__proto__'])
    expect({}).not.toHaveProperty('polluted')
  })

  it('names the header of approval tokens where HTTP asks for one', async () => {
    const headersOf = async (more: Partial<Action>): Promise<readonly unknown[]> => {
      const { paths } = await validDocument([action(more)])
      return (paths?.['/orders']?.get?.parameters ?? []).map(({ name }) => name)
    }
    const approval = { ...NO_SURFACE, api: true }
    expect(await headersOf({ approval })).toEqual(['approval-token'])
    expect(await headersOf({ approval: { ...NO_SURFACE, mcp: true } })).toEqual([])
    const params = [param('header', 'token', z.string(), { wire: 'approval-token' })]
    expect(await headersOf({ approval, params })).toEqual(['approval-token'])
  })

  it('lists parameters under their wire names', async () => {
    const document = await validDocument([
      action({
        path: '/orders/{order_id}',
        params: [
          param('path', 'order_id', z.string(), { required: false }),
          param('query', 'limit', z.int().default(20), {
            wire: 'page-size',
            required: false,
            description: 'How many.',
          }),
          param('header', 'tenant', z.string(), { wire: 'x-tenant' }),
          param('header', 'authorization', z.string()),
          param('cookie', 'theme', z.string().meta({ deprecated: true }), { required: false }),
        ],
      }),
    ])
    expect(document.paths?.['/orders/{order_id}']?.get?.parameters).toMatchObject([
      { in: 'path', name: 'order_id', required: true, schema: { type: 'string' } },
      {
        in: 'query',
        name: 'page-size',
        required: false,
        description: 'How many.',
        schema: { type: 'integer', default: 20 },
      },
      { in: 'header', name: 'x-tenant', required: true },
      { in: 'cookie', name: 'theme', required: false, deprecated: true },
    ])
  })
})

describe('request bodies (DOCS-4)', () => {
  const bodyOf = (document: Json): Json | undefined =>
    document.paths?.['/orders']?.post?.requestBody
  const post = (params: readonly ParamSpec[]): Action => action({ method: 'POST', params })

  it('makes a closed object of fields', async () => {
    const document = await validDocument([
      post([
        param('field', 'item', Item),
        param('field', 'note', z.string().optional(), { wire: 'Note', required: false }),
      ]),
    ])
    expect(bodyOf(document)?.required).toBe(true)
    expect(bodyOf(document)?.content).toEqual({
      'application/json': {
        schema: {
          type: 'object',
          properties: { item: { $ref: '#/components/schemas/Item' }, Note: { type: 'string' } },
          required: ['item'],
          additionalProperties: false,
        },
        example: { item: { sku: 'string', count: 123 } },
      },
    })
    const example = bodyOf(document)?.content?.['application/json']?.example
    expect(z.object({ item: Item }).safeParse(example).success).toBe(true)
  })

  it('takes the schema of a whole body as it is', async () => {
    const document = await validDocument([
      post([param('body', 'order', Order, { required: false, description: 'The order.' })]),
    ])
    expect(bodyOf(document)).toEqual({
      description: 'The order.',
      required: false,
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/Order' },
          example: { id: 'string', items: [] },
        },
      },
    })
  })

  it('describes forms, and multipart when there is a file', async () => {
    const form = param('form', 'title', z.string())
    const plain = await validDocument([post([form])])
    expect(Object.keys(bodyOf(plain)?.content ?? {})).toEqual(['application/x-www-form-urlencoded'])
    const files = param('files', 'photos', null, { required: false })
    const withFile = await validDocument([post([form, param('file', 'scan', null), files])])
    expect(bodyOf(withFile)?.content?.['multipart/form-data']?.schema).toMatchObject({
      required: ['title', 'scan'],
      properties: {
        scan: { type: 'string', format: 'binary' },
        photos: { type: 'array', items: { format: 'binary' } },
      },
    })
  })

  it('keeps a member called __proto__ a member', async () => {
    const document = await validDocument([post([param('field', '__proto__', z.string())])])
    const schema = bodyOf(document)?.content?.['application/json']?.schema
    expect(Object.keys(schema?.properties ?? {})).toEqual(['__proto__'])
  })
})

describe('responses (DOCS-5)', () => {
  const responsesOf = async (more: Partial<Action>): Promise<Json> =>
    (await validDocument([action(more)])).paths?.['/orders']?.[(more.method ?? 'GET').toLowerCase()]
      ?.responses as Json

  it('describes the value by its kind', async () => {
    const kinds: [z.ZodType | null, unknown][] = [
      [null, { '2XX': { content: { '*/*': {} } }, 204: { description: 'No content.' } }],
      [z.null(), { 204: { description: 'No content.' } }],
      [z.string(), { 200: { content: { 'text/plain': { schema: { type: 'string' } } } } }],
      [z.string().meta({ id: 'Text' }), { 200: { content: { 'text/plain': {} } } }],
      [
        Order,
        {
          200: {
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
          },
        },
      ],
      [
        Order.nullable(),
        {
          200: {
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
          },
          204: {},
        },
      ],
      [
        z.union([z.int(), z.boolean(), z.null()]),
        { 200: { content: { 'application/json': { schema: { anyOf: [{}, {}] } } } }, 204: {} },
      ],
    ]
    for (const [schema, expected] of kinds) {
      const responses = await responsesOf({ outputSchema: schema && schemaOf(schema, 'output') })
      expect(responses).toMatchObject(expected as object)
    }
    expect(await responsesOf({ outputSchema: { type: ['string', 'null'] } })).toMatchObject({
      200: { content: { 'text/plain': { schema: { type: 'string' } } } },
      204: {},
    })
    expect((await responsesOf({ method: 'HEAD', outputSchema: schemaOf(Order) }))['200']).toEqual({
      description: 'Success.',
    })
  })

  it('lists the failures that can occur, and no other (W-34)', async () => {
    const statuses = async (more: Partial<Action>, covered = false): Promise<string[]> => {
      const document = await validDocument([action(more)], {
        covered: { ...NO_SURFACE, api: covered },
      })
      const item = Object.values(document.paths ?? {})[0]
      return Object.keys(Object.values(item ?? {})[0]?.responses ?? {}).filter((status) =>
        /^[45]/.test(status),
      )
    }
    expect(await statuses({})).toEqual(['500'])
    expect(await statuses({ params: [param('query', 'q', z.string())] })).toEqual(['400', '500'])
    expect(await statuses({}, true)).toEqual(['401', '500'])
    expect(await statuses({ public: { ...NO_SURFACE, api: true } }, true)).toEqual(['500'])
    expect(await statuses({ guards: [guard] })).toEqual(['401', '403', '500'])
    expect(await statuses({ guards: [guard] }, true)).toEqual(['401', '403', '500'])
    expect(await statuses({ path: '/a/{id}', params: [param('path', 'id', z.string())] })).toEqual([
      '400',
      '404',
      '500',
    ])
    expect(await statuses({ method: 'POST', params: [param('field', 'a', z.string())] })).toEqual([
      '400',
      '413',
      '415',
      '500',
    ])
    expect(await statuses({ approval: { ...NO_SURFACE, mcp: true } })).toEqual(['500'])
    expect(await statuses({ approval: { ...NO_SURFACE, api: true }, timeout: 5 })).toEqual([
      '403',
      '409',
      '500',
      '504',
    ])
  })

  it('names the limits of forms where there is a form', async () => {
    const of = async (source: ParamSpec['source']): Promise<string> => {
      const params = [param(source, 'a', source === 'form' ? z.string() : null)]
      return String((await responsesOf({ method: 'POST', params }))['413']?.description)
    }
    expect(await of('form')).toContain('`form_field_too_large`')
    expect(await of('form')).not.toContain('`form_file_too_large`')
    expect(await of('files')).toContain('`form_file_too_large`')
    const json = await responsesOf({ method: 'POST', params: [param('field', 'a', z.string())] })
    expect(json['413']?.description).toBe('Payload Too Large (`payload_too_large`).')
  })

  it('answers null under the status of the route, when it has one', async () => {
    const statuses = async (more: Partial<Action>): Promise<string[]> =>
      Object.keys(await responsesOf(more)).filter((status) => status.startsWith('2'))
    const nullable = schemaOf(Order.nullable(), 'output')
    expect(await statuses({ outputSchema: nullable })).toEqual(['200', '204'])
    expect(await statuses({ outputSchema: nullable, status: 201 })).toEqual(['201'])
    expect(await statuses({ outputSchema: { type: 'null' }, status: 202 })).toEqual(['202'])
    const created = (await responsesOf({ outputSchema: nullable, status: 201 }))['201']
    expect(created?.description).toBe('Created. No content for `null`.')
  })

  it('FND-6: claims nothing about a route without returns', async () => {
    expect(await responsesOf({})).toMatchObject({ '2XX': { content: { '*/*': {} } }, 204: {} })
    const csv = { headers: { 'content-type': 'text/CSV; charset=utf-8' } }
    expect((await responsesOf(csv))['2XX']?.content).toEqual({ 'text/csv': {} })
    const created = (await responsesOf({ status: 201 }))['201']
    expect(created?.description).toBe('Created. No content for `null`.')
    expect(created?.content).toEqual({ '*/*': {} })
    expect((await responsesOf({ status: 204 }))['204']).toEqual({ description: 'No content.' })
    expect((await responsesOf({ method: 'HEAD' }))['2XX']).not.toHaveProperty('content')
  })

  it('FND-6: an optional value may be none, which its JSON Schema does not say', async () => {
    const returns = z.string().optional()
    const responses = await responsesOf({ returns, outputSchema: schemaOf(returns, 'output') })
    expect(responses).toMatchObject({ 200: { content: { 'text/plain': {} } }, 204: {} })
    const full = z.string().default('x')
    const filled = await responsesOf({ returns: full, outputSchema: schemaOf(full, 'output') })
    expect(filled).not.toHaveProperty('204')
  })

  it('describes the headers of answers', async () => {
    const scoped: Guard = { ...guard, scopes: ['orders:read'] }
    const responses = await responsesOf({
      guards: [scoped],
      headers: { 'cache-control': 'no-cache', 'x-frame-options': null, 'content-type': 'a/b' },
    })
    expect(responses['2XX']?.content).toEqual({ 'a/b': {} })
    expect(responses['2XX']?.headers).toEqual({
      'cache-control': { schema: { type: 'string' }, example: 'no-cache' },
    })
    expect(Object.keys(responses['401']?.headers ?? {})).toEqual(['www-authenticate'])
    expect(Object.keys(responses['403']?.headers ?? {})).toEqual(['www-authenticate'])
    expect(responses['500']).not.toHaveProperty('headers')
    const role = await responsesOf({ guards: [guard] })
    expect(role['403']).not.toHaveProperty('headers')
  })

  it('says that anything else is a Problem too (RFC 9457)', async () => {
    expect((await responsesOf({}))['default']).toEqual({
      description: 'Any other failure.',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    })
  })

  it('gives every failure the one Problem schema (RFC 9457)', async () => {
    const document = await validDocument([action({ params: [param('query', 'q', z.string())] })])
    const responses = document.paths?.['/orders']?.get?.responses
    for (const status of ['400', '500']) {
      expect(responses?.[status]?.content).toEqual({
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
      })
    }
    const accepts = schemaAt(document, '/components/schemas/Problem')
    const problem = {
      type: 'about:blank',
      title: 'Bad',
      status: 400,
      detail: 'Bad',
      code: 'VALIDATION_ERROR',
      fix: 'Fix it.',
    }
    expect(
      accepts({
        ...problem,
        issues: [{ source: 'query', name: 'q', pointer: '', message: 'required' }],
      }),
    ).toBe(true)
    expect(accepts({ ...problem, issues: [{ source: 'query' }] })).toBe(false)
    expect(accepts(document.components?.schemas?.Problem?.examples?.[0])).toBe(true)
  })
})

describe('security (W-34)', () => {
  it('asks for a bearer token exactly where a caller must be known', async () => {
    const document = await validDocument(
      [action({}), action({ path: '/open', public: { api: true, mcp: false, cli: false } })],
      { covered: { api: true, mcp: false, cli: false } },
    )
    expect(document.components?.securitySchemes).toEqual({
      bearerAuth: { type: 'http', scheme: 'bearer' },
    })
    expect(document.paths?.['/orders']?.get?.security).toEqual([{ bearerAuth: [] }])
    expect(document.paths?.['/open']?.get?.security).toEqual([])
  })

  const covered = { api: true, mcp: false, cli: false }
  const bearer: SecurityScheme = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }
  const header: SecurityScheme = { type: 'apiKey', in: 'header', name: 'X-Api-Key' }
  const cookie: SecurityScheme = {
    type: 'apiKey',
    in: 'cookie',
    name: 'sid',
    description: 'Log in.',
  }

  it.each<[string, readonly SecurityScheme[]]>([
    ['bearerAuth', [bearer]],
    ['basicAuth', [{ type: 'http', scheme: 'basic' }]],
    ['apiKeyAuth', [header]],
    ['cookieAuth', [cookie]],
    ['queryKeyAuth', [{ type: 'apiKey', in: 'query', name: 'key' }]],
    ['openIdConnect', [{ type: 'openIdConnect', openIdConnectUrl: 'https://id.example/x' }]],
    ['cookieAuth bearerAuth apiKeyAuth apiKeyAuth_2', [cookie, bearer, header, header]],
  ])('describes the scheme of the surface: %s', async (names, schemes) => {
    const document = await validDocument([action({})], { covered }, { schemes })
    const expected = names.split(' ')
    expect(document.components?.securitySchemes).toEqual(
      Object.fromEntries(expected.map((name, index) => [name, schemes[index]])),
    )
    // A list of alternatives: any one of them will do.
    expect(document.paths?.['/orders']?.get?.security).toEqual(
      expected.map((name) => ({ [name]: [] })),
    )
  })

  it('has no scheme when the API is open', async () => {
    const document = await validDocument([action({})], {
      covered: { api: false, mcp: true, cli: true },
    })
    expect(document.components).not.toHaveProperty('securitySchemes')
    expect(document.paths?.['/orders']?.get?.security).toEqual([])
  })
})

describe('schemas with definitions (DOCS-6)', () => {
  it('moves and shares them, and they still validate', async () => {
    const document = await validDocument([
      action({ outputSchema: schemaOf(z.array(Order), 'output') }),
      action({
        path: '/b',
        name: 'b',
        outputSchema: schemaOf(z.object({ order: Order }), 'output'),
      }),
    ])
    expect(Object.keys(document.components?.schemas ?? {})).toEqual(['Problem', 'Order', 'Item'])
    const accepts = schemaAt(document, '/components/schemas/Order')
    expect(accepts({ id: 'a', items: [{ sku: 's', count: 1 }] })).toBe(true)
    expect(accepts({ id: 'a', items: [{ sku: 's', count: 0 }] })).toBe(false)
  })

  it('keeps a recursive schema recursive', async () => {
    const document = await validDocument([action({ outputSchema: schemaOf(Tree, 'output') })])
    const accepts = schemaAt(document, '/components/schemas/get_order_output')
    expect(accepts({ name: 'a', children: [{ name: 'b', children: [] }] })).toBe(true)
    expect(accepts({ name: 'a', children: [{ name: 1, children: [] }] })).toBe(false)
  })

  it('never takes the name Problem away from the failures', async () => {
    const Mine = z.object({ mine: z.boolean() }).meta({ id: 'Problem' })
    const document = await validDocument([action({ outputSchema: schemaOf(Mine, 'output') })])
    expect(Object.keys(document.components?.schemas ?? {})).toEqual(['Problem', 'Problem_2'])
    expect(schemaAt(document, '/components/schemas/Problem')({ mine: true })).toBe(false)
  })
})
