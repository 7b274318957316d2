import { isRecord } from '../../base/plain/is-record.ts'
import type { JsonSchema } from '../params/schema.ts'
import { isJsonType, type JsonType, typeOfValue } from './types.ts'
import { SchemaWalk } from './walk.ts'

/** A type of JSON values; numbers are numbers, whole or not. */
export type JsonKind = Exclude<JsonType, 'integer'>

const ALL: ReadonlySet<JsonKind> = new Set<JsonKind>([
  'null',
  'boolean',
  'number',
  'string',
  'array',
  'object',
])

/**
 * Which kinds of JSON values a schema admits. Never too few: what is not understood (`not`, `if`,
 * a reference into another document) restricts nothing.
 */
export function jsonKinds(schema: JsonSchema): ReadonlySet<JsonKind> {
  return kindsOf(schema, new SchemaWalk(schema))
}

/**
 * True when a schema says in so many words that `null` will do: one that restricts nothing admits it,
 * and does not name it.
 */
export function namesNull(schema: JsonSchema): boolean {
  return jsonKinds(schema).has('null') && named(schema, new SchemaWalk(schema))
}

function named(schema: unknown, walk: SchemaWalk): boolean {
  if (!isRecord(schema) || !walk.enter()) return false
  const { type, enum: values, anyOf, oneOf, allOf } = schema
  if (type === 'null' || (Array.isArray(type) && type.includes('null'))) return true
  if (schema['const'] === null || (Array.isArray(values) && values.includes(null))) return true
  const parts = [anyOf, oneOf, allOf].flatMap((some: unknown) => (Array.isArray(some) ? some : []))
  if (parts.some((part) => named(part, walk))) return true
  const followed = walk.follow(schema)
  return followed != null && named(followed.target, followed.walk)
}

function kindsOf(schema: unknown, walk: SchemaWalk): ReadonlySet<JsonKind> {
  if (schema === false) return new Set()
  if (!isRecord(schema) || !walk.enter()) return ALL
  const { type, enum: values, anyOf, oneOf, allOf } = schema
  let kinds = ALL
  const restrict = (to: ReadonlySet<JsonKind>) => {
    kinds = new Set([...kinds].filter((kind) => to.has(kind)))
  }
  if (typeof type === 'string') restrict(kindsOfType(type))
  if (Array.isArray(type)) restrict(union(type.map((name) => kindsOfType(String(name)))))
  if ('const' in schema) restrict(new Set([kindOfValue(schema['const'])]))
  if (Array.isArray(values)) restrict(new Set(values.map(kindOfValue)))
  for (const choices of [anyOf, oneOf]) {
    if (Array.isArray(choices)) restrict(union(choices.map((choice) => kindsOf(choice, walk))))
  }
  for (const part of Array.isArray(allOf) ? allOf : []) restrict(kindsOf(part, walk))
  // One that leads back to itself restricts nothing.
  const followed = walk.follow(schema)
  if (followed != null) restrict(kindsOf(followed.target, followed.walk))
  return kinds
}

function kindsOfType(name: string): ReadonlySet<JsonKind> {
  return isJsonType(name) ? new Set([kindOf(name)]) : ALL
}

function kindOfValue(value: unknown): JsonKind {
  return kindOf(typeOfValue(value))
}

function kindOf(type: JsonType): JsonKind {
  return type === 'integer' ? 'number' : type
}

function union(sets: readonly ReadonlySet<JsonKind>[]): ReadonlySet<JsonKind> {
  return new Set(sets.flatMap((set) => [...set]))
}
