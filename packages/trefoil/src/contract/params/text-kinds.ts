import { isRecord } from '../../base/plain/is-record.ts'
import { typeOfValue } from '../json-schema/types.ts'
import { type Followed, SchemaWalk } from '../json-schema/walk.ts'
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
  const walk = new SchemaWalk(schema)
  const types = typesOf(schema, walk)
  if (types === null) return null
  types.delete('null')
  if (types.size === 1 && types.has('array')) {
    const kinds = scalarKinds(itemTypes(schema, walk))
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

/** JSON types a schema admits; `null` when they cannot be told. */
function typesOf(schema: JsonSchema, walk: SchemaWalk): Set<string> | null {
  if (!walk.enter()) return null
  const { type, enum: values, anyOf, oneOf, allOf } = schema
  if (typeof type === 'string') return new Set([type])
  if (Array.isArray(type)) return new Set(type.map(String))
  if ('const' in schema) return new Set<string>([typeOfValue(schema['const'])])
  if (Array.isArray(values)) return new Set<string>(values.map(typeOfValue))
  const followed = walk.follow(schema)
  if (followed !== undefined) return behind(followed, typesOf)
  const choices = anyOf ?? oneOf
  if (Array.isArray(choices)) return union(choices, typesOf, walk)
  if (Array.isArray(allOf)) {
    // What says nothing of the type leaves it to the next one.
    const part: unknown = allOf.find(saysType) ?? allOf[0]
    if (isRecord(part)) return typesOf(part, walk)
  }
  // No constraint at all: any JSON value, which text can always spell as a string.
  return Object.keys(schema).some((key) => SHAPING.has(key)) ? null : new Set(['string'])
}

const TYPING = ['type', 'const', 'enum', '$ref', 'anyOf', 'oneOf', 'allOf'] as const

function saysType(part: unknown): boolean {
  return isRecord(part) && TYPING.some((keyword) => keyword in part)
}

/** JSON types of the items of a schema of lists, or of lists and null. */
function itemTypes(schema: JsonSchema, walk: SchemaWalk): Set<string> | null {
  if (!walk.enter()) return null
  const { items, prefixItems, anyOf, oneOf, allOf, type } = schema
  // Each place has a type of its own: read as those behind them, the first ones would be other values.
  if (prefixItems !== undefined) return null
  if (isRecord(items)) return typesOf(items, walk)
  const followed = walk.follow(schema)
  if (followed !== undefined) return behind(followed, itemTypes)
  const choices = anyOf ?? oneOf ?? allOf
  if (Array.isArray(choices)) return union(choices, itemTypes, walk)
  return type === 'null' ? new Set() : null
}

const SHAPING: ReadonlySet<string> = new Set([
  'properties',
  'items',
  'not',
  'if',
  'patternProperties',
])

type TypesOf = (schema: JsonSchema, walk: SchemaWalk) => Set<string> | null

function behind(followed: Followed | null, of: TypesOf): Set<string> | null {
  return isRecord(followed?.target) ? of(followed.target, followed.walk) : null
}

function union(choices: readonly unknown[], of: TypesOf, walk: SchemaWalk): Set<string> | null {
  const all = new Set<string>()
  for (const choice of choices) {
    const types = isRecord(choice) ? of(choice, walk) : null
    if (types === null) return null
    for (const type of types) all.add(type)
  }
  return all
}
