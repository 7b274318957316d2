import { isRecord } from '../../base/plain/is-record.ts'
import type { ScalarKind } from './param-spec.ts'
import type { JsonSchema } from './schema.ts'

/** How text is read for a schema. */
export interface TextKinds {
  /** Scalar kinds to try, in this order. */
  readonly kinds: readonly ScalarKind[]
  /** True for an array of scalars. */
  readonly list: boolean
}

/**
 * Works out from a JSON Schema how text becomes a value. Strings come last: what else the text
 * may be is for when the schema does not take it as text.
 *
 * @returns `null` when the schema wants something that text cannot spell (an object, say)
 */
export function textKinds(schema: JsonSchema): TextKinds | null {
  const defs = schema['$defs']
  const root = isRecord(defs) ? defs : {}
  const types = typesOf(schema, root, 0)
  if (types === null) return null
  types.delete('null')
  if (types.size === 1 && types.has('array')) {
    const kinds = scalarKinds(itemTypes(schema, root, 0))
    return kinds === null ? null : { kinds, list: true }
  }
  const kinds = scalarKinds(types)
  return kinds === null ? null : { kinds, list: false }
}

/**
 * Numbers first: `1` and `0` are spellings of booleans too (BIND-6), but where both are accepted
 * nobody writes them for a yes or a no. The CLI reads flags in the same order.
 */
const ORDER: readonly ScalarKind[] = ['integer', 'number', 'boolean', 'string']

function scalarKinds(types: Set<string> | null): readonly ScalarKind[] | null {
  if (types === null) return null
  types.delete('null')
  if (types.has('array') || types.has('object') || types.size === 0) return null
  return ORDER.filter((kind) => types.has(kind))
}

const MAX_DEPTH = 8

/** JSON types a schema admits; `null` when they cannot be told. */
function typesOf(
  schema: JsonSchema,
  defs: Readonly<Record<string, unknown>>,
  depth: number,
): Set<string> | null {
  if (depth > MAX_DEPTH) return null
  const { type, enum: values, anyOf, oneOf, allOf, $ref: ref } = schema
  if (typeof type === 'string') return new Set([type])
  if (Array.isArray(type)) return new Set(type.map(String))
  if ('const' in schema) return new Set([typeOfValue(schema['const'])])
  if (Array.isArray(values)) return new Set(values.map(typeOfValue))
  if (typeof ref === 'string') {
    const target = defs[ref.replace('#/$defs/', '')]
    return isRecord(target) ? typesOf(target, defs, depth + 1) : null
  }
  const choices = anyOf ?? oneOf
  if (Array.isArray(choices)) return union(choices, typesOf, defs, depth)
  if (Array.isArray(allOf)) {
    // What says nothing of the type leaves it to the next one.
    const part: unknown = allOf.find(saysType) ?? allOf[0]
    if (isRecord(part)) return typesOf(part, defs, depth + 1)
  }
  // No constraint at all: any JSON value, which text can always spell as a string.
  return Object.keys(schema).some((key) => SHAPING.has(key)) ? null : new Set(['string'])
}

const TYPING = ['type', 'const', 'enum', '$ref', 'anyOf', 'oneOf', 'allOf'] as const

function saysType(part: unknown): boolean {
  return isRecord(part) && TYPING.some((keyword) => keyword in part)
}

/** JSON types of the items of a schema of lists, or of lists and null. */
function itemTypes(
  schema: JsonSchema,
  defs: Readonly<Record<string, unknown>>,
  depth: number,
): Set<string> | null {
  if (depth > MAX_DEPTH) return null
  const { items, prefixItems, anyOf, oneOf, allOf, $ref: ref, type } = schema
  // Each place has a type of its own: read as those behind them, the first ones would be other values.
  if (prefixItems !== undefined) return null
  if (isRecord(items)) return typesOf(items, defs, depth + 1)
  if (typeof ref === 'string') {
    const target = defs[ref.replace('#/$defs/', '')]
    return isRecord(target) ? itemTypes(target, defs, depth + 1) : null
  }
  const choices = anyOf ?? oneOf ?? allOf
  if (Array.isArray(choices)) return union(choices, itemTypes, defs, depth)
  return type === 'null' ? new Set() : null
}

const SHAPING: ReadonlySet<string> = new Set([
  'properties',
  'items',
  'not',
  'if',
  'patternProperties',
])

function union(
  choices: readonly unknown[],
  of: typeof typesOf,
  defs: Readonly<Record<string, unknown>>,
  depth: number,
): Set<string> | null {
  const all = new Set<string>()
  for (const choice of choices) {
    const types = isRecord(choice) ? of(choice, defs, depth + 1) : null
    if (types === null) return null
    for (const type of types) all.add(type)
  }
  return all
}

function typeOfValue(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}
