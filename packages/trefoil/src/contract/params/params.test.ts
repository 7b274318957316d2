import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Reply, reply } from '../answer/reply.ts'
import { dependency, isDependency } from '../call/dependency.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'
import { body, cookie, file, files, form, header, isMarkedParam, path, query } from './params.ts'
import { isSchema, issuePointer } from './schema.ts'

describe('markers', () => {
  test.each([
    ['path', path],
    ['query', query],
    ['header', header],
    ['cookie', cookie],
    ['body', body],
    ['form', form],
  ] as const)('BIND-19: %s() marks a schema with its source', (source, mark) => {
    const schema = z.string()
    const marked = mark(schema, { alias: 'wire', description: 'what it is' })
    expect(marked).toMatchObject({ source, schema, alias: 'wire', description: 'what it is' })
    expect(Object.isFrozen(marked)).toBe(true)
    expect(isMarkedParam(marked)).toBe(true)
    // @ts-expect-error: what JavaScript callers may hand over
    expect(() => mark('string')).toThrow(`${source}() takes a Standard Schema, such as z.string()`)
  })

  test('BIND-15: files need no schema', () => {
    expect(file()).toMatchObject({ source: 'file', schema: null })
    expect(files({ alias: 'docs' })).toMatchObject({ source: 'files', alias: 'docs' })
  })

  test('BIND-19: only a marker is one', () => {
    for (const value of [null, undefined, {}, { source: 'query' }, z.string()]) {
      expect(isMarkedParam(value)).toBe(false)
    }
  })
})

describe('dependency()', () => {
  test('RES-1: scopes are request and function, request by default', () => {
    expect(dependency(() => 1).scope).toBe('request')
    expect(dependency(() => 1, { scope: 'function' }).scope).toBe('function')
    // @ts-expect-error: what JavaScript callers may hand over
    expect(() => dependency(() => 1, { scope: 'app' })).toThrow(
      "Dependency scope must be 'function' or 'request'",
    )
  })

  test('RES-1: the name is given, or the provider has one, or it is "dependency"', () => {
    function openDatabase() {}
    expect(dependency(openDatabase).name).toBe('openDatabase')
    expect(dependency(openDatabase, { name: 'db' }).name).toBe('db')
    expect(dependency(() => 1).name).toBe('dependency')
  })

  test('RES-1: a provider is a function', () => {
    // @ts-expect-error: what JavaScript callers may hand over
    expect(() => dependency({})).toThrow(ImproperlyConfigured)
  })

  test('RES-3: used dependencies may be given late', () => {
    const inner = dependency(() => 1)
    expect(dependency(() => 2, { uses: { inner } }).uses()).toEqual({ inner })
    expect(dependency(() => 2, { uses: () => ({ inner }) }).uses()).toEqual({ inner })
    expect(dependency(() => 2).uses()).toEqual({})
  })

  test('RES-14: only a declared dependency is one', () => {
    expect(isDependency(dependency(() => 1))).toBe(true)
    for (const value of [null, {}, { name: 'db', scope: 'request' }, () => 1]) {
      expect(isDependency(value)).toBe(false)
    }
  })
})

describe('reply()', () => {
  test.each([199, 600, 204.5, Number.NaN])('RESP-3: status %d is refused', (status) => {
    expect(() => reply(1, { status })).toThrow(
      `reply() status must be an integer from 200 to 599, got ${status}`,
    )
  })

  test('RESP-3: value and options are kept', () => {
    const answer = reply({ a: 1 }, { status: 201, meta: { cost: 3 } })
    expect(answer).toBeInstanceOf(Reply)
    expect(answer).toMatchObject({ value: { a: 1 }, options: { status: 201, meta: { cost: 3 } } })
  })
})

describe('schemas', () => {
  test('W-33a: an issue path is a JSON Pointer with its two escapes', () => {
    expect(issuePointer({ message: '' })).toBe('')
    expect(issuePointer({ message: '', path: ['a/b', 0, { key: 'c~d' }] })).toBe('/a~1b/0/c~0d')
  })

  test('W-33: a schema is anything with a standard validate', () => {
    expect(isSchema(z.string())).toBe(true)
    expect(isSchema(Object.assign(() => 1, { '~standard': { validate: () => ({}) } }))).toBe(true)
    for (const value of [null, undefined, 'x', {}, { '~standard': {} }]) {
      expect(isSchema(value)).toBe(false)
    }
  })
})
