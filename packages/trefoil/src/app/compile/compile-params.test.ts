import type { StandardSchemaV1 } from '@standard-schema/spec'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { dependency } from '../../contract/call/dependency.ts'
import {
  body,
  cookie,
  file,
  files,
  form,
  header,
  path,
  query,
} from '../../contract/params/params.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { compileParams } from './compile-params.ts'
import type { ParamSite } from './documents/param-site.ts'

const SITE: ParamSite = {
  where: 'Route POST /orders',
  method: 'POST',
  pathNames: [],
  intNames: [],
  agents: false,
}

function compiled(declared: object, site: Partial<ParamSite> = {}) {
  // What JavaScript callers may hand over.
  return compileParams(declared as Parameters<typeof compileParams>[0], { ...SITE, ...site }).params
}

function mistake(declared: object, site: Partial<ParamSite> = {}): string {
  try {
    compiled(declared, site)
  } catch (error) {
    if (!(error instanceof ImproperlyConfigured)) throw error
    return error.message
  }
  return 'none'
}

/** A schema of a library that offers no JSON Schema. */
const bare: StandardSchemaV1<string> = {
  '~standard': { version: 1, vendor: 'bare', validate: (value) => ({ value: String(value) }) },
}

describe('where an argument comes from', () => {
  test.each([
    ['GET', 'query'],
    ['HEAD', 'query'],
    ['DELETE', 'query'],
    ['POST', 'field'],
    ['PUT', 'field'],
    ['PATCH', 'field'],
    [null, 'field'],
  ])('BIND-1: unmarked on %s it is a %s', (method, source) => {
    expect(compiled({ q: z.string() }, { method })[0]).toMatchObject({ source, wire: 'q' })
  })

  test('BIND-1: a name of the path template is a segment, declared or not', () => {
    const site = { method: 'GET', pathNames: ['id', 'n'], intNames: ['n'] }
    const params = compiled({ id: z.string(), q: z.int() }, site)
    expect(params.map(({ name, source, text }) => [name, source, text])).toEqual([
      ['id', 'path', ['string']],
      ['q', 'query', ['integer']],
      ['n', 'path', ['integer']],
    ])
    expect(params[2]?.schema?.['~standard'].validate(1.5)).toHaveProperty('issues')
    expect(params[2]?.schema?.['~standard'].validate(7)).toEqual({ value: 7 })
  })

  test('BIND-9: headers have dashes and lower case on the wire, aliases stay', () => {
    const [plain, alias, queried] = compiled({
      x_operator: header(z.string()),
      b: header(z.string(), { alias: 'X-B_C' }),
      include_events: query(z.boolean(), { alias: 'include-events' }),
    })
    expect(plain).toMatchObject({ name: 'x_operator', wire: 'x-operator' })
    expect(alias).toMatchObject({ name: 'b', wire: 'x-b_c' })
    expect(queried).toMatchObject({ name: 'include_events', wire: 'include-events' })
  })

  test('RES-13: dependencies are kept apart', () => {
    const db = dependency(() => 1, { name: 'db' })
    const { params, dependencies } = compileParams({ db, a: z.string() }, SITE)
    expect(params.map(({ name }) => name)).toEqual(['a'])
    expect(dependencies).toEqual([['db', db]])
  })

  test('BIND-8: required means the schema takes neither undefined nor null', () => {
    const params = compiled({
      a: z.string(),
      b: z.string().optional(),
      c: z.string().default('x'),
      d: z.string().nullable(),
      e: z.any().transform((value: { length: number }) => value.length),
    }).map(({ name, required }) => [name, required])
    expect(Object.fromEntries(params)).toEqual({ a: true, b: false, c: false, d: false, e: true })
    expect(compiled({ f: file() })[0]).toMatchObject({ required: true })
  })

  test('W-33: a description may come from the schema or the marker', () => {
    const [a, b] = compiled({
      a: z.string().describe('from schema'),
      b: query(z.string().describe('from schema'), { description: 'from marker' }),
    })
    expect(a).toMatchObject({ description: 'from schema' })
    expect(b).toMatchObject({
      description: 'from marker',
      jsonSchema: { description: 'from marker' },
    })
  })
})

const MARKERS = 'takes a Standard Schema, a marker such as query(…), or a dependency, got'

describe('mistakes name the route and the parameter', () => {
  const at = (name: string, reason: string) => `Route POST /orders, parameter '${name}': ${reason}`

  test.each<[string, object, Partial<ParamSite>, string]>([
    [
      'a name that is none',
      { 'a-b': z.string() },
      {},
      at('a-b', 'parameter names are identifiers: letters, digits and _'),
    ],
    [
      '__proto__ as a name',
      JSON.parse('{"__proto__":1}'),
      {},
      at('__proto__', 'parameter names are identifiers: letters, digits and _'),
    ],
    [
      'no schema',
      { a: 'string' },
      {},
      at('a', `${MARKERS} text of 6 characters; write z.string()`),
    ],
    ['null', { a: null }, {}, at('a', `${MARKERS} null`)],
    [
      'a path marker without segment',
      { id: path(z.string()) },
      {},
      at('id', 'path parameter does not match the route path; add {id}'),
    ],
    [
      'another marker on a segment',
      { id: query(z.string()) },
      { pathNames: ['id'] },
      at('id', 'is a segment of the path and cannot be a query parameter'),
    ],
    [
      'a header name that is none',
      { a: header(z.string(), { alias: 'a b' }) },
      {},
      at('a', "'a b' is not a valid header name"),
    ],
    [
      'a cookie name that is none',
      { a: cookie(z.string(), { alias: 'a;b' }) },
      {},
      at('a', "'a;b' is not a valid cookie name"),
    ],
    [
      'an empty alias',
      { a: query(z.string(), { alias: '' }) },
      {},
      at('a', "'' is not a valid query name"),
    ],
    [
      'an object in the query',
      { a: query(z.object({ b: z.string() })) },
      {},
      at(
        'a',
        'cannot be a query parameter: text cannot spell its type. Use a scalar or a list of scalars, pass { jsonSchema }, or send it in the body',
      ),
    ],
    [
      'a list in a path segment',
      { a: z.array(z.string()) },
      { pathNames: ['a'] },
      at('a', 'a path segment is one value'),
    ],
    [
      'a list in a cookie',
      { a: cookie(z.array(z.string()).optional()) },
      {},
      at('a', 'a cookie holds one value, and its schema takes a list'),
    ],
    [
      'a schema that tells nothing, for text',
      { a: query(bare) },
      {},
      at(
        'a',
        'cannot be a query parameter: its schema has no JSON Schema. Use a scalar or a list of scalars, pass { jsonSchema }, or send it in the body',
      ),
    ],
    [
      'a schema that tells nothing, for agents',
      { a: bare },
      { agents: true },
      at(
        'a',
        'its schema library offers no JSON Schema, which tools and CLI actions need; pass { jsonSchema } in a marker',
      ),
    ],
    [
      'two parameters of one wire name',
      { a: query(z.string()), b: query(z.string(), { alias: 'a' }) },
      {},
      at('b', "Duplicate request parameter name 'a' for parameters 'a' and 'b'"),
    ],
    [
      'two headers that differ in case',
      { a: header(z.string(), { alias: 'X-T' }), b: header(z.string(), { alias: 'x-t' }) },
      {},
      at('b', "Duplicate request parameter name 'x-t' for parameters 'a' and 'b'"),
    ],
    [
      'a form field and a file of one name',
      { a: form(z.string()), b: file({ alias: 'a' }) },
      {},
      at('b', "Duplicate request parameter name 'a' for parameters 'a' and 'b'"),
    ],
    [
      'two bodies',
      { a: body(z.string()), b: body(z.string()) },
      {},
      at('b', "the whole body already goes to 'a'; only one body parameter is supported"),
    ],
    [
      'a body and a field',
      { a: body(z.string()), b: z.string() },
      {},
      at('b', "the whole body already goes to 'a'; only one body parameter is supported"),
    ],
    [
      'a JSON body and a form',
      { a: z.string(), b: form(z.string()) },
      {},
      at('a', 'JSON body parameters cannot be combined with form or file parameters'),
    ],
    [
      'a JSON body and files',
      { a: body(z.string()), b: files() },
      {},
      at('a', 'JSON body parameters cannot be combined with form or file parameters'),
    ],
    [
      'a dependency with the name of a segment',
      { id: dependency(() => 1) },
      { pathNames: ['id'] },
      at('id', 'a dependency cannot have the name of a path parameter'),
    ],
  ])('BIND-19: %s', (_, declared, site, message) => {
    expect(mistake(declared, site)).toBe(message)
  })

  test('W-33: a type without JSON form, such as a date', () => {
    expect(mistake({ at: z.date() })).toMatch(
      /^Route POST \/orders, parameter 'at': its schema has no JSON form \(.*Date.*\); pass \{ jsonSchema \} in a marker$/,
    )
  })

  test('W-33: a member without JSON form is named', () => {
    const p = z.object({ a: z.array(z.object({ d: z.date() })) })
    expect(mistake({ p })).toMatch(
      /^Route POST \/orders, parameter 'p': its schema has no JSON form \(a\[\]\.d: .*Date.*\); pass/,
    )
  })

  test('W-33: a JSON Schema given in the marker is enough', () => {
    const given = { jsonSchema: { type: 'string', format: 'date' } }
    const site = { agents: true }
    expect(compiled({ a: query(z.date(), given), b: query(bare, given) }, site)).toMatchObject([
      { text: ['string'], jsonSchema: given.jsonSchema },
      { text: ['string'], jsonSchema: given.jsonSchema },
    ])
  })
})
