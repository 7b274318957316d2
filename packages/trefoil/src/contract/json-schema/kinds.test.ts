import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../params/schema.ts'
import { jsonKinds, namesNull } from './kinds.ts'

const EVERY = ['array', 'boolean', 'null', 'number', 'object', 'string']

describe('FND-6: which kinds of values a JSON Schema admits', () => {
  it.each<[JsonSchema, readonly string[]]>([
    [{}, EVERY],
    [{ type: 'string' }, ['string']],
    [{ type: 'integer' }, ['number']],
    [{ type: ['string', 'null'] }, ['null', 'string']],
    [{ type: 'something' }, EVERY],
    [{ const: 'a' }, ['string']],
    [{ const: null }, ['null']],
    [{ enum: ['a', 1, null, [], {}, true] }, EVERY],
    [{ type: 'string', enum: ['a', 1] }, ['string']],
    [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, ['number', 'string']],
    [{ oneOf: [{ const: 'a' }, { type: 'null' }] }, ['null', 'string']],
    [{ anyOf: [{ type: 'string' }, true] }, EVERY],
    [{ anyOf: [{ type: 'string' }, false] }, ['string']],
    [{ allOf: [{ type: ['string', 'null'] }, { minLength: 1 }] }, ['null', 'string']],
    [{ allOf: [{ type: ['string', 'null'] }, { type: 'string' }] }, ['string']],
    [{ $ref: '#/$defs/A', $defs: { A: { type: 'string' } } }, ['string']],
    [{ $ref: '#/$defs/A', type: ['string', 'null'], $defs: { A: {} } }, ['null', 'string']],
    [{ $ref: '#/$defs/a~1b%20c', $defs: { 'a/b c': { type: 'string' } } }, ['string']],
    [{ $ref: '#/$defs/none' }, EVERY],
    [{ $ref: 'https://example.com/a.json' }, EVERY],
    [{ $ref: '#/%', '%': { type: 'string' } }, ['string']],
    [{ $ref: '#/$defs/toString', $defs: {} }, EVERY],
    [{ not: { type: 'string' } }, EVERY],
    // References that lead back to themselves.
    [{ $ref: '#' }, EVERY],
    [{ $ref: '#/$defs/A', $defs: { A: { $ref: '#/$defs/A' } } }, EVERY],
    [{ type: 'object', properties: { a: { $ref: '#' } } }, ['object']],
  ])('%j', (schema, kinds) => {
    expect([...jsonKinds(schema)].sort()).toEqual(kinds)
  })
})

describe('FND-11: which schemas name null', () => {
  it.each<[JsonSchema, boolean]>([
    [{}, false],
    [{ type: 'string' }, false],
    [{ not: { type: 'string' } }, false],
    [{ type: 'null' }, true],
    [{ type: ['string', 'null'] }, true],
    [{ const: null }, true],
    [{ enum: ['a', null] }, true],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, true],
    [{ oneOf: [{}, { type: 'string' }] }, false],
    [{ allOf: [{ type: ['string', 'null'] }, { minLength: 1 }] }, true],
    [{ allOf: [{ type: ['string', 'null'] }, { type: 'string' }] }, false],
    [{ $ref: '#/$defs/A', $defs: { A: { type: ['string', 'null'] } } }, true],
    [{ $ref: '#' }, false],
    [{ anyOf: [{ type: 'array', items: { type: 'null' } }] }, false],
  ])('%j: %s', (schema, isNamed) => {
    expect(namesNull(schema)).toBe(isNamed)
  })
})
