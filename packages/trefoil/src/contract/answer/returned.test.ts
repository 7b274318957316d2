import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'
import type { Schema } from '../params/schema.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'
import { encoded, returning } from './returned.ts'

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
})
const late = z.codec(z.string(), z.number(), {
  decode: async (text) => Number(text),
  encode: async (value) => String(value),
})

const validated = (schema: Schema, value: unknown) => schema['~standard'].validate(value)

/** What JavaScript callers may hand over. */
const untyped = (value: unknown): never => value as never

describe('FND-7: encoded() uses a schema the way back', () => {
  it('what the schema gives goes in, what it takes comes out', () => {
    const schema = encoded(z.object({ at: isoDate, all: z.array(isoDate.nullable()) }))
    const at = new Date(0)
    expect(validated(schema, { at, all: [at, null] })).toEqual({
      value: { at: at.toISOString(), all: [at.toISOString(), null] },
    })
  })

  it('members that the schema does not name do not leave', () => {
    const schema = encoded(z.object({ at: isoDate, inner: z.object({ a: z.int() }) }))
    const value = { at: new Date(0), inner: { a: 1, hash: 'secret' }, hash: 'secret' }
    expect(JSON.stringify(validated(schema, value))).not.toContain('secret')
  })

  it('what the schema would never give is refused, and where', () => {
    const schema = encoded(z.object({ at: isoDate, name: z.string().min(2) }))
    expect(validated(schema, { at: 'today', name: 'ab' })).toMatchObject({
      issues: [{ path: ['at'] }],
    })
    expect(validated(schema, { at: new Date(0), name: 'a' })).toMatchObject({
      issues: [{ path: ['name'] }],
    })
  })

  it('waits for codecs that wait', async () => {
    const schema = encoded(z.object({ late }))
    expect(await validated(schema, { late: 5 })).toEqual({ value: { late: '5' } })
    expect(await validated(schema, { late: 'x' })).toMatchObject({ issues: [{ path: ['late'] }] })
  })

  it('what a codec throws is thrown on', async () => {
    const broken = z.codec(z.string(), z.number(), {
      decode: Number,
      encode: () => {
        throw new Error('broken')
      },
    })
    await expect(async () => await validated(encoded(broken), 5)).rejects.toThrow('broken')
  })

  it('takes schemas that can encode, and says so', () => {
    const other = { '~standard': { version: 1, vendor: 'other', validate: () => ({ value: 1 }) } }
    expect(() => encoded(untyped(other))).toThrow(
      "encoded() takes a schema that can encode: zod 4.1 or later, not zod/mini. This one is of 'other'; return what is sent instead, and describe that with returns",
    )
    expect(() => encoded(untyped(mini.string()))).toThrow(ImproperlyConfigured)
    expect(() => encoded(untyped({}))).toThrow('encoded() takes a schema')
  })
})

describe('FND-7: returning() gives a schema the JSON Schema it lacks', () => {
  it('and validates as before', () => {
    const schema = returning(z.object({ n: z.int() }), { jsonSchema: { type: 'object' } })
    expect(validated(schema, { n: 1, hash: 'secret' })).toEqual({ value: { n: 1 } })
    expect(validated(schema, { n: 'x' })).toMatchObject({ issues: [{ path: ['n'] }] })
  })

  it.each<[() => unknown, string]>([
    [() => returning(untyped({}), { jsonSchema: {} }), 'returning() takes a Standard Schema'],
    [() => returning(z.string(), untyped(undefined)), 'returning(): options must be an object'],
    [() => returning(z.string(), untyped({})), 'returning(): jsonSchema must be an object'],
    [
      () => returning(z.string(), untyped({ jsonschema: {} })),
      "returning(): unknown option 'jsonschema'; did you mean 'jsonSchema'?",
    ],
    [
      () => encoded(isoDate, untyped({ jsonSchema: 'x' })),
      'encoded(): jsonSchema must be an object, got text of 1 character',
    ],
  ])('mistakes are told: %s', (make, message) => {
    expect(make).toThrow(message)
  })
})
