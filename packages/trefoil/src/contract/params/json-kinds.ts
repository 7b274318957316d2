import { isRecord } from '../../base/plain/is-record.ts'
import type { JsonSchema } from './schema.ts'

export type JsonKind = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object'

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
  return kindsOf(schema, schema, [])
}

/**
 * True when a schema says in so many words that `null` will do: one that restricts nothing admits it,
 * and does not name it.
 */
export function namesNull(schema: JsonSchema): boolean {
  return jsonKinds(schema).has('null') && named(schema, schema, [])
}

function named(schema: unknown, root: JsonSchema, trail: readonly string[]): boolean {
  if (!isRecord(schema)) return false
  const { type, enum: values, anyOf, oneOf, allOf, $ref: ref } = schema
  if (type === 'null' || (Array.isArray(type) && type.includes('null'))) return true
  if (schema['const'] === null || (Array.isArray(values) && values.includes(null))) return true
  const parts = [anyOf, oneOf, allOf].flatMap((some: unknown) => (Array.isArray(some) ? some : []))
  if (parts.some((part) => named(part, root, trail))) return true
  if (typeof ref !== 'string' || trail.includes(ref)) return false
  return named(followed(root, ref), root, [...trail, ref])
}

/** @param trail references being followed: one that leads back to itself restricts nothing */
function kindsOf(
  schema: unknown,
  root: JsonSchema,
  trail: readonly string[],
): ReadonlySet<JsonKind> {
  if (schema === false) return new Set()
  if (!isRecord(schema)) return ALL
  const { type, enum: values, anyOf, oneOf, allOf, $ref: ref } = schema
  let kinds = ALL
  const restrict = (to: ReadonlySet<JsonKind>) => {
    kinds = new Set([...kinds].filter((kind) => to.has(kind)))
  }
  if (typeof type === 'string') restrict(kindsOfType(type))
  if (Array.isArray(type)) restrict(union(type.map((name) => kindsOfType(String(name)))))
  if ('const' in schema) restrict(new Set([kindOfValue(schema['const'])]))
  if (Array.isArray(values)) restrict(new Set(values.map(kindOfValue)))
  for (const choices of [anyOf, oneOf]) {
    if (Array.isArray(choices)) {
      restrict(union(choices.map((choice) => kindsOf(choice, root, trail))))
    }
  }
  for (const part of Array.isArray(allOf) ? allOf : []) restrict(kindsOf(part, root, trail))
  if (typeof ref === 'string' && !trail.includes(ref)) {
    restrict(kindsOf(followed(root, ref), root, [...trail, ref]))
  }
  return kinds
}

function kindsOfType(name: string): ReadonlySet<JsonKind> {
  const kind = name === 'integer' ? 'number' : name
  return isKind(kind) ? new Set([kind]) : ALL
}

function isKind(name: string): name is JsonKind {
  return (ALL as ReadonlySet<string>).has(name)
}

function kindOfValue(value: unknown): JsonKind {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  const name = typeof value
  return isKind(name) ? name : 'object'
}

function union(sets: readonly ReadonlySet<JsonKind>[]): ReadonlySet<JsonKind> {
  return new Set(sets.flatMap((set) => [...set]))
}

/** @returns `undefined` for what leads nowhere, or out of the document */
function followed(root: JsonSchema, ref: string): unknown {
  if (ref === '#') return root
  if (!ref.startsWith('#/')) return undefined
  let at: unknown = root
  for (const step of ref.slice(2).split('/')) {
    const key = decoded(step)
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Readonly<Record<string, unknown>>)[key]
  }
  return at
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return step
  }
}
