import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ParamSource } from '../../contract/params/params.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'
import { type Absence, isNullAbsent, tellAbsence } from './absence.ts'
import { headOf, startOf } from './input-side.ts'

const INTEGER = { type: 'integer' }

test('FND-11: what cannot be told is required, and said to be', () => {
  const later = z
    .string()
    .optional()
    .refine(async () => true)
  const assumed = { absence: 'refused', isAssumed: true }
  expect(tellAbsence(later, { type: 'string' })).toEqual(assumed)
  expect(tellAbsence(later, { type: 'string', default: 'x' })).toEqual({
    absence: undefined,
    isAssumed: false,
  })
  const first = z.preprocess((value) => value, z.int().optional())
  expect(tellAbsence(first, INTEGER)).toEqual(assumed)
  expect(tellAbsence(first, { ...INTEGER, default: 1 })).toMatchObject({ absence: undefined })
  // One that makes a value of nothing was hardly meant to be optional.
  const made = z.preprocess((value) => value ?? 0, z.int())
  expect(tellAbsence(made, INTEGER)).toEqual({ absence: 'refused', isAssumed: false })
})

describe('FND-46, ABIND-6, BIND-12: which null is none', () => {
  test.each<[string, ParamSource, z.ZodType, JsonSchema | null, Absence, boolean]>([
    ['refused', 'field', z.int().optional(), INTEGER, undefined, true],
    ['refused, no document', 'field', z.int().optional(), null, undefined, true],
    ['taken, no document', 'field', z.int().nullish(), null, undefined, false],
    ['taken', 'field', z.int().nullish(), { type: ['integer', 'null'] }, undefined, false],
    ['converted', 'field', z.coerce.number().optional(), INTEGER, undefined, true],
    ['converted, required', 'field', z.coerce.number(), INTEGER, 'refused', true],
    ['refused, required', 'field', z.int(), INTEGER, 'refused', false],
    ['refused later', 'field', z.any().refine(async () => true), {}, undefined, false],
    ['a query', 'query', z.int().nullish(), { type: ['integer', 'null'] }, undefined, true],
    ['a query, required', 'query', z.int(), INTEGER, 'refused', false],
    ['a body', 'body', z.int().optional(), INTEGER, undefined, false],
  ])('%s', (_, source, schema, json, absence, isAbsent) => {
    expect(isNullAbsent(source, schema, json, absence)).toBe(isAbsent)
  })
})

test('FND-11: where a schema begins', () => {
  const text = z.string()
  const pipe = text.optional().transform((value) => value ?? 'x')
  expect(headOf(pipe.pipe(z.string()).readonly())).toMatchObject({ type: 'optional' })
  expect(headOf(z.lazy(() => text))).toBe(text)
  expect(headOf(text)).toBe(text)
  const first = z.preprocess((value) => value, text)
  expect(
    [first, first.nullable(), first.readonly(), z.lazy(() => first)].map((s) => startOf(s)),
  ).toEqual(['transform', 'transform', 'transform', 'transform'])
  expect([first.optional(), first.default('a'), pipe].map((s) => startOf(s))).toEqual([
    'optional',
    'optional',
    'optional',
  ])
  expect([text, text.nullable(), {}, null].map((s) => startOf(s))).toEqual([
    'unknown',
    'unknown',
    'unknown',
    'unknown',
  ])
  const loop: z.ZodType = z.lazy(() => loop)
  expect(startOf(loop)).toBe('unknown')
})
