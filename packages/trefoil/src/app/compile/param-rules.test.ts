import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { cookie, file, files, form, header, path, query } from '../../contract/params/params.ts'
import { absenceOf } from './absence.ts'
import { compileParams } from './compile-params.ts'
import type { ParamSite } from './documents/param-site.ts'

const SITE: ParamSite = {
  where: 'Route GET /x/{id}',
  method: 'GET',
  pathNames: ['id'],
  intNames: [],
  agents: false,
}

function compile(declared: Parameters<typeof compileParams>[0], site: Partial<ParamSite> = {}) {
  return compileParams(declared, { ...SITE, ...site }).params
}

describe('BIND-8: what stands for an argument that was not sent', () => {
  test.each([
    ['optional', z.string().optional(), undefined],
    ['defaulted', z.string().default('x'), undefined],
    ['nullable and optional', z.string().nullish(), undefined],
    ['nullable with a default', z.string().nullable().default('x'), undefined],
    ['nullable', z.string().nullable(), null],
    ['null or text', z.union([z.null(), z.string()]), null],
    ['required', z.string(), 'refused'],
    [
      'asynchronous',
      z
        .string()
        .optional()
        .refine(async () => true),
      'refused',
    ],
    ['a transform that breaks', z.any().transform((value: string) => value.length), 'refused'],
  ])('%s', (_, schema, expected) => {
    expect(absenceOf(schema)).toBe(expected)
  })

  test('a nullable argument is not required, and its schema says so', () => {
    const [param] = compile({ id: z.string(), q: z.int().nullable() }).slice(1)
    expect(param).toMatchObject({ name: 'q', required: false, absent: null })
  })

  test('files are required unless they say otherwise', () => {
    const params = compile(
      { a: file(), b: file({ optional: true }), c: files(), d: files({ optional: true }) },
      { method: 'POST', pathNames: [] },
    )
    expect(params.map(({ required }) => required)).toEqual([true, false, true, false])
  })
})

describe('BIND-3: path parameters', () => {
  test.each([
    ['optional', z.string().optional()],
    ['defaulted', z.string().default('x')],
    ['nullable', z.string().nullable()],
  ])('cannot be %s', (_, schema) => {
    for (const entry of [schema, path(schema)]) {
      expect(() => compile({ id: entry })).toThrow(
        "Route GET /x/{id}, parameter 'id': a path parameter cannot be optional or have a default",
      )
    }
  })

  test('fit the type in the path', () => {
    const site = { intNames: ['id'] }
    expect(() => compile({ id: z.string() }, site)).toThrow(
      "parameter 'id': the path says {id:int}, but its schema takes no number",
    )
    expect(() => compile({ key: path(z.string(), { alias: 'id' }) }, site)).toThrow(
      "parameter 'key': the path says {id:int}, but its schema takes no number",
    )
    expect(compile({ id: z.int().positive() }, site)[0]).toMatchObject({ text: ['integer'] })
    expect(compile({ id: z.number() }, site)[0]).toMatchObject({ text: ['number'] })
  })
})

describe('BIND-19: names on the wire', () => {
  test.each([
    ['header', header(z.string(), { alias: 'a:b' }), "'a:b' is not a valid header name"],
    ['header', header(z.string(), { alias: '' }), "'' is not a valid header name"],
    ['cookie', cookie(z.string(), { alias: 'a b' }), "'a b' is not a valid cookie name"],
    ['query', query(z.string(), { alias: '' }), "'' is not a valid query name"],
    ['query', query(z.string(), { alias: 'a\n' }), "'a\\n' is not a valid query name"],
    ['form', form(z.string(), { alias: 'a\u0000' }), "'a\\u0000' is not a valid form name"],
  ])('a %s cannot be called anything', (_, entry, message) => {
    expect(() => compile({ id: z.string(), a: entry })).toThrow(`parameter 'a': ${message}`)
  })

  test('BIND-10: a cookie may have a colon in its name', () => {
    const params = compile({ id: z.string(), a: cookie(z.string(), { alias: 'app:theme' }) })
    expect(params[1]).toMatchObject({ wire: 'app:theme' })
  })

  test('headers differ only in case: duplicates; a form field and a file share names', () => {
    const twice = { a: header(z.string()), b: header(z.string(), { alias: 'A' }) }
    expect(() => compile({ id: z.string(), ...twice })).toThrow(/Duplicate request parameter/)
    const upload = { a: form(z.string()), b: file({ alias: 'a' }) }
    expect(() => compile(upload, { method: 'POST', pathNames: [] })).toThrow(
      "Duplicate request parameter name 'a' for parameters 'a' and 'b'",
    )
  })
})
