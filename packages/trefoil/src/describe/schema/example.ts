import { isJsonObject } from '../../contract/json-schema/keywords.ts'
import { followFragment } from '../../contract/json-schema/pointer.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'
import { exampleNumber } from './example-number.ts'
import { exampleText } from './example-text.ts'

/** References within references after which an example ends. */
const MAX_TRAIL = 12
/** Items made to satisfy `minItems`; a schema asking for a million gets an example, not a bill. */
const MAX_ITEMS = 16
/**
 * Schemas looked at for one example. References that fan out, each to several more, describe more
 * values than a page, or a machine, can hold.
 */
const MAX_SCHEMAS = 1000

/**
 * A value a schema would accept, for documentation (MCP-16): what the schema itself offers
 * (`const`, `examples`, `default`, `enum`), else `"string"`, 123, 12.3, true, [] and an
 * object with its required members. A best guess: `pattern`, `not`, `if` and the like are not
 * solved.
 *
 * @param root the document that `#…` references lead into; default: `schema` itself
 */
export function exampleOf(schema: JsonSchema, root: JsonSchema = schema): unknown {
  return example(schema, { root, left: MAX_SCHEMAS }, [])
}

interface Making {
  /** The document that references lead into. */
  readonly root: JsonSchema
  /** Schemas that may still be looked at. */
  left: number
}

/** @param trail references being followed: a schema met again inside itself ends in `null` */
function example(schema: JsonSchema, making: Making, trail: readonly string[]): unknown {
  if (--making.left < 0) return null
  const { examples } = schema
  if ('const' in schema) return schema.const
  if (Array.isArray(examples) && examples.length > 0) return examples[0]
  if ('example' in schema) return schema.example
  if ('default' in schema) return schema.default
  if (Array.isArray(schema.enum)) return schema.enum[0]
  const { $ref: ref } = schema
  if (typeof ref === 'string') {
    if (trail.includes(ref) || trail.length === MAX_TRAIL) return null
    return example(follow(schema, ref, making.root), making, [...trail, ref])
  }
  const parts = Array.isArray(schema.allOf) ? schema.allOf.filter(isJsonObject) : []
  if (parts.some((part) => '$ref' in part)) return combine(schema, parts, making, trail)
  const folded = fold(schema)
  if (folded !== schema) return example(folded, making, trail)
  switch (typeOf(schema)) {
    case 'string':
      return exampleText(schema)
    case 'integer':
      return exampleNumber(schema, 123)
    case 'number':
      return exampleNumber(schema, 12.3)
    case 'boolean':
      return true
    case 'array':
      return exampleArray(schema, making, trail)
    case 'object':
      return exampleObject(schema, making, trail)
    case 'null':
      return null
    default:
      return {}
  }
}

function follow(schema: JsonSchema, ref: string, root: JsonSchema): JsonSchema {
  const { $ref: _ref, ...rest } = schema
  return merge(rest, ref.startsWith('#') ? followFragment(root, ref.slice(1)) : undefined)
}

/** `allOf` over references: the examples of all parts in one object. */
function combine(
  schema: JsonSchema,
  parts: readonly JsonSchema[],
  making: Making,
  trail: readonly string[],
): unknown {
  const { allOf: _parts, ...own } = schema
  const values = [own, ...parts].map((part) => example(part, making, trail))
  const simple = values.find((value) => !isJsonObject(value))
  if (simple !== undefined) return simple
  return Object.fromEntries(values.filter(isJsonObject).flatMap(Object.entries))
}

/** Folds `allOf`, or the first choice of `anyOf` or `oneOf`, into the schema. */
function fold(schema: JsonSchema): JsonSchema {
  const { allOf, ...single } = schema
  if (Array.isArray(allOf)) return allOf.reduce<JsonSchema>(merge, single)
  const { anyOf, oneOf, ...rest } = schema
  const choices = Array.isArray(anyOf) ? anyOf : oneOf
  if (!Array.isArray(choices)) return schema
  const choice = choices.find((one) => isJsonObject(one) && one.type !== 'null')
  return merge(rest, choice)
}

function merge(schema: JsonSchema, other: unknown): JsonSchema {
  if (!isJsonObject(other)) return schema
  const both = (keyword: string): readonly [unknown, unknown] => [schema[keyword], other[keyword]]
  const [left, right] = both('properties')
  const [needed, alsoNeeded] = both('required')
  return {
    ...other,
    ...schema,
    ...(isJsonObject(left) && isJsonObject(right) && { properties: { ...left, ...right } }),
    ...(Array.isArray(needed) &&
      Array.isArray(alsoNeeded) && { required: [...needed, ...alsoNeeded] }),
  }
}

function typeOf(schema: JsonSchema): unknown {
  const { type } = schema
  if (Array.isArray(type)) return type.find((name) => name !== 'null') ?? 'null'
  if (type !== undefined) return type
  if (isJsonObject(schema.properties)) return 'object'
  if (isJsonObject(schema.items)) return 'array'
  return typeof schema.pattern === 'string' || 'format' in schema ? 'string' : undefined
}

function exampleArray(
  schema: JsonSchema,
  making: Making,
  trail: readonly string[],
): readonly unknown[] {
  const { prefixItems: prefix, items, minItems } = schema
  const first = Array.isArray(prefix) ? prefix : []
  const wanted = typeof minItems === 'number' ? minItems : first.length
  const length = Math.min(wanted, MAX_ITEMS)
  return Array.from({ length }, (_, index) => {
    const item = first[index] ?? items
    return isJsonObject(item) ? example(item, making, trail) : {}
  })
}

function exampleObject(schema: JsonSchema, making: Making, trail: readonly string[]): JsonSchema {
  const { properties, required, additionalProperties: other } = schema
  if (!Array.isArray(required)) return {}
  const members = new Set(required.filter((name): name is string => typeof name === 'string'))
  // fromEntries defines members: a property named `__proto__` stays a property.
  return Object.fromEntries(
    [...members].map((name) => {
      const own = isJsonObject(properties) && Object.hasOwn(properties, name)
      const property = own ? properties[name] : other
      return [name, isJsonObject(property) ? example(property, making, trail) : 'string']
    }),
  )
}
