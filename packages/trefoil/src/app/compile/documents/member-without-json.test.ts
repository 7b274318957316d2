import type { StandardSchemaV1 } from '@standard-schema/spec'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { jsonSchemaOf, type Schema } from '../../../contract/params/schema.ts'
import { memberWithoutJson } from './member-without-json.ts'

function reasonOf(schema: Schema): string {
  try {
    jsonSchemaOf(schema, 'input')
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
  return 'none'
}

const date = z.date()
const node = z.object({
  at: z.date(),
  names: z.array(z.object({ text: z.string().nullable() })),
  get next() {
    return node.optional()
  },
})

test.each<[string, z.ZodType]>([
  ['a', z.object({ a: date })],
  ['a[].d', z.object({ a: z.array(z.object({ d: date })) })],
  ['[].d', z.array(z.object({ d: date.optional() }))],
  ['t[1]', z.object({ t: z.tuple([z.int(), z.bigint()]) })],
  ['u', z.object({ u: z.union([z.int(), z.map(z.string(), z.int())]).nullable() })],
  ['r.*', z.object({ r: z.record(z.string(), date) })],
  ['items.properties', z.object({ items: z.object({ properties: date }) })],
  ['at', node],
  ['a', z.object({ a: date.describe('A day.').meta({ id: 'Day' }) })],
])('W-33: %s is the member without JSON form', (member, schema) => {
  expect(memberWithoutJson(schema, reasonOf(schema))).toBe(member)
})

test('W-33: the schema itself is no member', () => {
  expect(memberWithoutJson(date, reasonOf(date))).toBeNull()
})

test('W-33: a library that cannot be watched, or that fails again, tells nothing', () => {
  const standard: StandardSchemaV1['~standard'] = {
    version: 1,
    vendor: 'own',
    validate: (value) => ({ value }),
  }
  const fails = () => {
    throw new Error('no')
  }
  expect(memberWithoutJson({ '~standard': standard }, 'no')).toBeNull()
  const failing = { ...standard, jsonSchema: { input: fails, output: fails } }
  expect(memberWithoutJson({ '~standard': failing }, 'no')).toBeNull()
})
