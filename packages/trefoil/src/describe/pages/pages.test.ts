import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { SecurityScheme } from '../../contract/auth/security-scheme.ts'
import { type Action, emptyAction } from '../../contract/call/action.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
import { NO_SURFACE } from '../../contract/call/surface-name.ts'
import type { ParamSpec } from '../../contract/params/param-spec.ts'
import { type JsonSchema, jsonSchemaOf } from '../../contract/params/schema.ts'
import type { AboutApp } from '../openapi/about-app.ts'
import { docsCsp } from './docs-csp.ts'
import { docsPage } from './docs-page.ts'
import { mcpDocsPage } from './mcp-docs-page.ts'

const NONCE = 'bm9uY2Utbm9uY2Utbm9uY2U='
const ATTACK = '</script></style></title><img src=x onerror=alert(1)>"\' onload="alert(2)'

const jsonOf = (schema: z.ZodType): JsonSchema => jsonSchemaOf(schema, 'input') ?? {}

function param(
  source: ParamSpec['source'],
  name: string,
  jsonSchema: JsonSchema,
  more: Partial<ParamSpec> = {},
): ParamSpec {
  return {
    name,
    source,
    wire: name,
    schema: null,
    jsonSchema,
    text: ['string'],
    list: false,
    required: true,
    description: null,
    ...more,
  }
}

function action(more: Partial<Action>): Action {
  return {
    ...emptyAction('get_order'),
    description: 'Fetch one order.',
    method: 'GET',
    path: '/orders/{order_id}',
    exposed: { api: true, mcp: true, cli: false },
    tool: true,
    inputSchema: { type: 'object', properties: {} },
    answers: more.outputSchema ? 'json' : 'by-value',
    ...more,
  }
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

const docs = (
  actions: readonly Action[],
  more: Partial<Catalogue> = {},
  about: AboutApp = {},
): string =>
  docsPage(catalogue(actions, more), { openapiPath: '/openapi.json', nonce: NONCE, ...about })

const mcpDocs = (
  actions: readonly Action[],
  more: Partial<Catalogue> = {},
  about: AboutApp = {},
): string => mcpDocsPage(catalogue(actions, more), { nonce: NONCE, endpoint: '/mcp', ...about })

/** What a reader of the page sees, roughly: tags gone, entities back. */
const textOf = (page: string): string =>
  page
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')

const tagsOf = (page: string): readonly string[] => page.match(/<[a-z][^>]*>/g) ?? []

const hostile = (): Action =>
  action({
    name: ATTACK,
    title: ATTACK,
    description: ATTACK,
    path: `/${ATTACK}/{${ATTACK}}`,
    tags: [ATTACK],
    deprecated: true,
    headers: { [ATTACK]: ATTACK },
    metadata: { openapi: { responses: { [ATTACK]: { description: ATTACK } } } },
    guards: [{ name: ATTACK, needsInput: false, decide: () => ({ allow: true }) }],
    params: [
      param(
        'query',
        ATTACK,
        { type: 'string', default: ATTACK, pattern: ATTACK },
        { description: ATTACK },
      ),
      param('field', ATTACK, { enum: [ATTACK], description: ATTACK }),
    ],
    inputSchema: {
      type: 'object',
      properties: { [ATTACK]: { const: ATTACK } },
      required: [ATTACK],
    },
    outputSchema: { $ref: '#/$defs/A', $defs: { A: { title: ATTACK } } },
  })

describe('attack: mark-up in what an action says about itself', () => {
  const covered = { api: true, mcp: true, cli: false }
  const more = { name: ATTACK, version: ATTACK, description: ATTACK, covered }
  const about: AboutApp = {
    schemes: [
      { type: 'apiKey', in: 'query', name: ATTACK, description: ATTACK },
      { type: 'openIdConnect', openIdConnectUrl: ATTACK },
    ],
    tags: new Map([[ATTACK, ATTACK]]),
  }
  const pages: readonly [string, string, string][] = [
    ['/docs', docs([hostile()], more, about), docs([action({})])],
    ['/mcp/docs', mcpDocs([hostile()], more, about), mcpDocs([action({})])],
  ]

  it.each(pages)('stays text on %s (MCP-16)', (_name, attacked, harmless) => {
    expect(textOf(attacked)).toContain(ATTACK)
    expect(attacked).not.toContain('<img')
    for (const tag of ['script', 'style', 'title', 'head', 'body']) {
      const count = (page: string): number => page.split(`</${tag}>`).length
      expect(count(attacked)).toBe(count(harmless))
    }
    const attributes = tagsOf(attacked)
      .join('\n')
      .replace(/"[^"]*"/g, '""')
    expect(attributes).not.toMatch(/\son[a-z]+=/)
    expect(attributes).not.toMatch(/='/)
  })

  it.each(pages)('never reaches the inline script or style of %s', (_name, attacked, harmless) => {
    const inlineOf = (page: string): readonly string[] =>
      page.match(/<(style|script) [\s\S]*?<\/\1>/g) ?? []
    expect(inlineOf(attacked)).toEqual(inlineOf(harmless))
    expect(inlineOf(attacked)).toHaveLength(2)
  })
})

describe('the policy of the pages (DOCS-1)', () => {
  it('allows nothing but the page itself', () => {
    expect(docsCsp(NONCE)).toBe(
      `default-src 'none'; style-src 'nonce-${NONCE}'; script-src 'nonce-${NONCE}'; img-src data:; ` +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
  })

  it("refuses a nonce that would add a directive: attack `'; script-src *`", () => {
    for (const nonce of [
      '',
      'short',
      "aaaaaaaaaaaaaaaa'; script-src *",
      'aaaaaaaa aaaaaaaa',
      'aaaaaaaaaaaaaaaa\n',
    ]) {
      expect(() => docsCsp(nonce)).toThrow(TypeError)
      expect(() => docsPage(catalogue([]), { openapiPath: null, nonce })).toThrow(TypeError)
    }
  })

  it('is enough: no other host, no inline handler, no style attribute, no form', () => {
    for (const page of [docs([action({})]), mcpDocs([action({})])]) {
      const tags = tagsOf(page).join('\n')
      expect(tags).not.toMatch(/\s(on[a-z]+|style|action|src)=/)
      expect(tags).not.toMatch(/(href|src)="(https?:)?\/\//)
      expect(tags.match(/<(style|script)[^>]*>/g)).toEqual([
        `<style nonce="${NONCE}">`,
        `<script nonce="${NONCE}">`,
      ])
    }
  })
})

describe('/docs (DOCS-1, W-34)', () => {
  const text = (more: Partial<Action>, app: Partial<Catalogue> = {}): string =>
    textOf(docs([action(more)], app))

  it('names the app and links the document', () => {
    const page = docs([action({})])
    expect(textOf(page)).toContain('store API 1.2.3')
    expect(page).toContain('href="/openapi.json"')
    expect(docsPage(catalogue([]), { openapiPath: null, nonce: NONCE })).not.toContain(
      'openapi.json',
    )
  })

  it('groups by first tag, the untagged last', () => {
    const page = docs([
      action({ name: 'a' }),
      action({ name: 'b', path: '/b', tags: ['stock', 'x'] }),
    ])
    expect(page.match(/<h2[^>]*>[^<]*/g)?.map((heading) => heading.replace(/.*>/, ''))).toEqual([
      'stock',
      'Other',
      'Schemas',
    ])
  })

  it('says who may call: the authenticated, the guards, everyone', () => {
    const guards = [
      { name: 'hasScope(orders:read)', needsInput: false, decide: () => ({ allow: true }) },
    ]
    expect(text({})).toContain('Auth: public')
    expect(text({}, { covered: { api: true, mcp: false, cli: false } })).toContain('Auth: required')
    expect(text({ guards })).toMatch(
      /Auth: required, by bearer token\s+Guards: hasScope\(orders:read\)/,
    )
    const scoped = guards.map((guard) => ({ ...guard, scopes: ['orders:read', 'orders:write'] }))
    expect(text({ guards: scoped })).toContain('(orders:read, orders:write)')
  })

  it('says with what: the schemes of the surface, and what is said about them', () => {
    const app = { covered: { api: true, mcp: true, cli: false } }
    const about: AboutApp = {
      schemes: [
        { type: 'apiKey', in: 'cookie', name: 'sid', description: 'Log in first.' },
        { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      ],
    }
    for (const page of [docs([action({})], app, about), mcpDocs([action({})], app, about)]) {
      expect(textOf(page)).toContain('Authentication: cookie sid, or bearer token (JWT).')
      expect(textOf(page)).toContain('Log in first.')
      expect(textOf(page)).toContain('Auth: required, by cookie sid, or bearer token (JWT)')
    }
    expect(textOf(docs([action({})], {}, about))).not.toContain('Authentication')
  })

  it.each<[SecurityScheme, string]>([
    [{ type: 'http', scheme: 'bearer' }, 'bearer token'],
    [{ type: 'http', scheme: 'basic' }, 'name and password (HTTP Basic)'],
    [{ type: 'apiKey', in: 'header', name: 'X-Api-Key' }, 'API key in the header X-Api-Key'],
    [{ type: 'apiKey', in: 'query', name: 'key' }, 'API key in the query key'],
    [
      { type: 'openIdConnect', openIdConnectUrl: 'https://id.example/x' },
      'bearer token (OpenID Connect).\nProvider: https://id.example/x',
    ],
  ])('puts %j into words', (scheme, words) => {
    const covered = { ...NO_SURFACE, api: true }
    expect(textOf(docs([action({})], { covered }, { schemes: [scheme] }))).toContain(
      `Authentication: ${words}`,
    )
  })

  it('shows what metadata.openapi says about answers', () => {
    const openapi = {
      responses: {
        303: {
          description: 'Logged in.',
          headers: { 'set-cookie': { description: 'The session.' }, location: { example: '/' } },
        },
        406: null,
      },
    }
    const page = text({ metadata: { openapi }, headers: { 'cache-control': 'no-store' } })
    expect(page).toMatch(
      /303\s+Logged in\.Header set-cookie: The session\.Header location, such as \//,
    )
    expect(page).toContain('Header cache-control, such as no-store')
  })

  it('FND-6: a range of statuses stands among the successes', () => {
    expect(text({})).toMatch(/204\s+No content\.[\s\S]*2XX\s+Success[\s\S]*500\s+Internal/)
  })

  it('survives a document that is no OpenAPI any more', () => {
    for (const responses of [null, 'x', { 200: 'x', 201: { content: 'x', headers: [1] } }]) {
      expect(text({ metadata: { openapi: { responses } } })).toContain('Responses')
    }
  })

  it('says in words that an operation is deprecated', () => {
    expect(docs([action({ deprecated: true })])).toMatch(
      /<span class="badge">deprecated<\/span><\/summary>/,
    )
    expect(docs([action({})])).not.toContain('class="badge"')
  })

  it('puts the groups in the order of their descriptions, and prints those', () => {
    const tags = new Map([
      ['b', 'What `b` is.'],
      ['unused', 'Nothing.'],
      ['a', 'What a is.'],
    ])
    const page = docs(
      [action({ name: 'one', tags: ['a'] }), action({ name: 'two', path: '/b', tags: ['b'] })],
      {},
      { tags },
    )
    expect(textOf(page)).toMatch(/b\s+What b is\.[\s\S]*a\s+What a is\./)
    expect(textOf(page)).not.toContain('Nothing.')
  })

  it.each([
    [z.array(z.tuple([z.string(), z.int()])), 'array of [string, integer]'],
    [z.record(z.string(), z.int()), 'object of integer'],
    [
      z.discriminatedUnion('type', [
        z.object({ type: z.literal('card'), number: z.string() }),
        z.object({ type: z.literal('sepa') }),
      ]),
      '{ type: "card" } | { type: "sepa" }',
    ],
    [z.string().regex(/^\d+$/), 'string' + 'pattern ^\\d+$'],
    [z.iso.date(), 'string (date)\n'],
  ])('says what a value is in a few words', (schema, expected) => {
    const page = text({ params: [param('field', 'value', jsonOf(schema))] })
    expect(page.replace(/<\/td>/g, '\n')).toContain(expected)
  })

  it('calls a file a file', () => {
    expect(text({ params: [param('file', 'photo', {})] })).toMatch(/photorequired\s+file/)
    expect(text({ params: [param('files', 'more', {})] })).toMatch(/array of file/)
  })

  it('shows parameters, body members, answers and failures', () => {
    const page = text({
      method: 'POST',
      params: [
        param(
          'query',
          'limit',
          { type: 'integer', minimum: 1 },
          { required: false, description: 'How many.' },
        ),
        param('field', 'note', { type: 'string', maxLength: 9 }),
      ],
      outputSchema: jsonOf(z.array(z.object({ id: z.string() }).meta({ id: 'Order' }))),
      timeout: 5,
    })
    for (const part of [
      'limitquery, optional',
      'at least 1',
      'How many.',
      'noterequired',
      'length at most 9',
      'array of Order',
      'VALIDATION_ERROR',
      'TIMEOUT',
    ]) {
      expect(page).toContain(part)
    }
    expect(page).not.toContain('ACCESS_DENIED')
  })

  it('is readable with scripts off: every operation is in the document, only the search waits', () => {
    const page = docs([action({}), action({ name: 'b', path: '/b' })])
    expect(page.match(/<details class="entry" id="op-/g)).toHaveLength(2)
    const hidden = tagsOf(page).filter((tag) => / hidden(>| )/.test(tag))
    expect(hidden).toHaveLength(1)
    expect(hidden[0]).toContain('id="search-box"')
  })

  it('can be used by keyboard: a skip link and scrollable regions that take focus', () => {
    const page = docs([action({ params: [param('query', 'q', {})] })])
    expect(page).toContain('<a class="skip" href="#main">')
    expect(page).toContain('<main id="main"')
    for (const tag of tagsOf(page).filter((tag) => /^<pre|class="scroll"/.test(tag))) {
      expect(tag).toMatch(/tabindex="0" role="region" aria-label="[^"]+"/)
    }
  })

  it('every link inside the page leads somewhere', () => {
    const Order = z.object({ id: z.string() }).meta({ id: 'Order' })
    const page = docs([
      action({ outputSchema: jsonOf(Order) }),
      action({ name: 'b', path: '/b', outputSchema: jsonOf(z.object({ order: Order })) }),
    ])
    const targets = tagsOf(page).flatMap((tag) => /^<a .*href="#([^"]+)"/.exec(tag)?.[1] ?? [])
    expect(targets).toContain('schema-Order')
    expect(targets.filter((target) => !page.includes(`id="${target}"`))).toEqual([])
  })

  it('has a page for an app without HTTP actions', () => {
    expect(textOf(docs([]))).toContain('No HTTP actions are registered yet.')
  })
})

describe('curl examples', () => {
  const curl = (more: Partial<Action>, covered = false, scheme?: SecurityScheme): string => {
    const page = docsPage(catalogue([action(more)], { covered: { ...NO_SURFACE, api: covered } }), {
      openapiPath: null,
      nonce: NONCE,
      serverUrl: 'https://shop.example/',
      ...(scheme !== undefined && { schemes: [scheme] }),
    })
    return (/curl '[\s\S]*?(?=Schemas)/.exec(textOf(page))?.[0] ?? '').trim()
  }

  it('fills in what is required', () => {
    const params = [
      param('path', 'order_id', { type: 'string' }),
      param('query', 'q', { type: 'integer' }, { wire: 'a b' }),
      param('query', 'skipped', { type: 'string' }, { required: false }),
      param('header', 'tenant', { type: 'string' }, { wire: 'x-tenant' }),
      param('cookie', 'theme', { enum: ['dark'] }),
    ]
    expect(curl({ params }, true)).toBe(
      [
        "curl 'https://shop.example/orders/string?a%20b=123' \\",
        "  --header 'x-tenant: string' \\",
        "  --cookie 'theme=dark' \\",
        '  --header "authorization: Bearer $TOKEN"',
      ].join('\n'),
    )
  })

  it.each<[SecurityScheme, string]>([
    [{ type: 'http', scheme: 'bearer' }, '--header "authorization: Bearer $TOKEN"'],
    [
      { type: 'openIdConnect', openIdConnectUrl: 'https://id.example/x' },
      '--header "authorization: Bearer $TOKEN"',
    ],
    [{ type: 'http', scheme: 'basic' }, '--user "$NAME:$PASSWORD"'],
    [{ type: 'apiKey', in: 'header', name: 'X-Api-Key' }, '--header "x-api-key: $API_KEY"'],
    [{ type: 'apiKey', in: 'cookie', name: '__Host-sid' }, '--cookie "__Host-sid=$COOKIE"'],
  ])('sends the credential of the scheme: %j', (scheme, option) => {
    const path = '/orders'
    expect(curl({ path }, true, scheme)).toBe(`curl 'https://shop.example/orders' \\\n  ${option}`)
    expect(curl({ path }, false, scheme)).toBe("curl 'https://shop.example/orders'")
  })

  it('puts a key of the query behind the other parameters', () => {
    const scheme: SecurityScheme = { type: 'apiKey', in: 'query', name: 'api key' }
    const params = [param('query', 'q', { type: 'integer' })]
    expect(curl({ path: '/a' }, true, scheme)).toBe(
      `curl 'https://shop.example/a?api%20key='"$API_KEY"`,
    )
    expect(curl({ path: '/a', params }, true, scheme)).toBe(
      `curl 'https://shop.example/a?q=123&api%20key='"$API_KEY"`,
    )
  })

  it('does not send a parameter twice that is the credential', () => {
    const params = [param('header', 'key', { type: 'string' }, { wire: 'x-api-key' })]
    const scheme: SecurityScheme = { type: 'apiKey', in: 'header', name: 'X-Api-Key' }
    expect(curl({ path: '/a', params }, true, scheme).match(/x-api-key/g)).toHaveLength(1)
    expect(curl({ path: '/a', params }, false, scheme)).toContain("'x-api-key: string'")
  })

  it('attack: a name of a scheme cannot act in the reader’s shell', () => {
    const path = '/a'
    const header: SecurityScheme = { type: 'apiKey', in: 'header', name: '`id`$HOME' }
    expect(curl({ path }, true, header)).toContain(`--header '\`id\`$home: '"$API_KEY"`)
    const cookie: SecurityScheme = { type: 'apiKey', in: 'cookie', name: "a'`id`" }
    expect(curl({ path }, true, cookie)).toContain(`--cookie 'a'\\''\`id\`='"$COOKIE"`)
    const query: SecurityScheme = { type: 'apiKey', in: 'query', name: "a'`id`" }
    expect(curl({ path }, true, query)).toContain(`?a'\\''%60id%60='"$API_KEY"`)
  })

  it('names the method only where curl would choose another', () => {
    const body = [param('body', 'body', { type: 'object' })]
    expect(curl({})).not.toContain('--request')
    expect(curl({ method: 'POST', params: body })).not.toContain('--request')
    expect(curl({ method: 'POST' })).toContain('--request POST')
    expect(curl({ method: 'PUT', params: body })).toContain('--request PUT')
    expect(curl({ method: 'HEAD' })).toContain('--head')
  })

  it('attack: an example value cannot leave its quotes in the reader’s shell', () => {
    const evil = { const: "'; rm -rf ~; '" }
    expect(curl({ method: 'POST', params: [param('field', 'a', evil)] })).toContain(
      `--data-raw '{"a":"'\\''; rm -rf ~; '\\''"}'`,
    )
    expect(curl({ params: [param('query', 'a', evil)] })).toContain(
      "?a='\\''%3B%20rm%20-rf%20~%3B%20'\\'''",
    )
  })

  it('attack: an example value starting with @ or < does not make curl send a local file', () => {
    const evil = { const: '@/etc/passwd' }
    expect(curl({ method: 'POST', params: [param('body', 'a', evil)] })).toContain(
      `--data-raw '"@/etc/passwd"'`,
    )
    expect(curl({ method: 'POST', params: [param('form', 'a', evil)] })).toContain(
      "--data-raw 'a=%40%2Fetc%2Fpasswd'",
    )
    const upload = curl({
      method: 'POST',
      params: [param('form', 'a', evil), param('file', 'photo', {})],
    })
    expect(upload).toContain("--form-string 'a=@/etc/passwd'")
    expect(upload).toContain("--form 'photo=@file.bin'")
  })
})

describe('/mcp/docs (MCP-16)', () => {
  it('lists the tools by name, with their endpoint, route, auth and schemas', () => {
    const tool = action({
      name: 'zebra',
      inputSchema: jsonOf(
        z.object({
          id: z.string(),
          n: z.int(),
          x: z.number(),
          on: z.boolean(),
          l: z.array(z.string()),
          o: z.object({}),
          skipped: z.string().optional(),
        }),
      ),
      outputSchema: { type: 'boolean' },
      approval: { ...NO_SURFACE, mcp: true },
    })
    const text = textOf(
      mcpDocs(
        [
          tool,
          action({ name: 'ant', method: null, path: null }),
          action({ name: 'quiet', exposed: { ...NO_SURFACE, api: true }, tool: false }),
        ],
        { covered: { ...NO_SURFACE, mcp: true } },
      ),
    )
    expect(text.indexOf('ant')).toBeLessThan(text.indexOf('zebra'))
    expect(text).not.toContain('quiet')
    const [ant = '', zebra = ''] = text.split(/(?=^zebra )/m).slice(-2)
    expect(zebra).toContain('Fetch one order.')
    expect(zebra).toContain('Endpoint: POST /mcp')
    expect(zebra).toContain('HTTP route: GET /orders/{order_id}')
    expect(zebra).toContain('Auth: required')
    expect(zebra).toContain('Needs approval: yes')
    expect(zebra).toMatch(/^zebra .*needs approval/)
    expect(zebra).toContain('Arguments')
    expect(zebra).toMatch(/Result\s+boolean/)
    expect(ant).not.toContain('HTTP route')
    expect(ant).not.toContain('Result')
    const from = zebra.indexOf('{', zebra.indexOf('Example Request'))
    const request = JSON.parse(zebra.slice(from, zebra.indexOf('Connect', from)))
    expect(request).toMatchObject({ jsonrpc: '2.0', method: 'tools/call' })
    expect(request.params).toEqual({
      name: 'zebra',
      arguments: { id: 'string', n: 123, x: 12.3, on: true, l: [], o: {} },
    })
  })

  it('says public when nothing covers MCP, or the tool is public there', () => {
    expect(textOf(mcpDocs([action({})]))).toContain('Auth: public')
    const covered = { ...NO_SURFACE, mcp: true }
    expect(
      textOf(mcpDocs([action({ public: { ...NO_SURFACE, mcp: true } })], { covered })),
    ).toContain('Auth: public')
    expect(
      textOf(mcpDocs([action({ public: { ...NO_SURFACE, api: true } })], { covered })),
    ).toContain('Auth: required')
  })

  it('shows resources and prompts, and how they are asked for', () => {
    const resource = {
      uri: 'order://{id}',
      isTemplate: true,
      variables: ['id'],
      type: 'application/json',
      size: null,
      annotations: null,
      entries: null,
      complete: null,
    }
    const text = textOf(
      mcpDocs([
        action({ name: 'one', tool: false, resource }),
        action({
          name: 'two',
          tool: false,
          prompt: { complete: null },
          inputSchema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
        }),
      ]),
    )
    expect(text).toMatch(/Resources.*one.*Template: order:\/\/\{id\}, application\/json/s)
    expect(text).toContain('"uri": "order://{id}"')
    expect(text).toMatch(/Prompts.*two.*"method": "prompts\/get"/s)
    // As they travel.
    expect(text).toContain('"n": "123"')
  })

  it('says how programs are connected, and nothing of a Host', () => {
    const text = textOf(mcpDocs([action({})]))
    expect(text).toContain('https://your-server.example/mcp')
    for (const name of ['Claude Code', 'Claude Desktop', 'Cursor', 'VS Code', 'MCP Inspector']) {
      expect(text).toContain(name)
    }
  })

  it('says so when there is no tool', () => {
    expect(textOf(mcpDocs([]))).toContain('No MCP tools are registered yet.')
    expect(textOf(mcpDocs([action({})]))).not.toContain('No MCP tools')
  })
})
