import { isRecord } from '../../base/plain/is-record.ts'
import { SchemaWalk } from '../../contract/json-schema/walk.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'
import { exampleNumber } from './example-number.ts'
import { exampleText } from './example-text.ts'

/** Items made to satisfy `minItems`; a schema asking for a million gets an example, not a bill. */
const MAX_ITEMS = 16
/**
 * A value a schema would accept, for documentation (MCP-16): what the schema itself offers
 * (`const`, `examples`, `default`, `enum`), else `"string"`, 123, 12.3, true, [] and an
 * object with its required members. A best guess: `pattern`, `not`, `if` and the like are not
 * solved.
 *
 * @param root the document that `#…` references lead into; default: `schema` itself
 */
export function exampleOf(schema: JsonSchema, root: JsonSchema = schema): unknown {
  return example(schema, new SchemaWalk(root))
}

/** A schema met again inside itself ends in `null`, and so does what stands behind too many. */
function example(schema: JsonSchema, walk: SchemaWalk): unknown {
  if (!walk.enter()) return null
  const { examples } = schema
  if ('const' in schema) return schema.const
  if (Array.isArray(examples) && examples.length > 0) return examples[0]
  if ('example' in schema) return schema.example
  if ('default' in schema) return schema.default
  if (Array.isArray(schema.enum)) return schema.enum[0]
  const followed = walk.follow(schema)
  if (followed === null) return null
  if (followed !== undefined) {
    const { $ref: _ref, ...rest } = schema
    return example(merge(rest, followed.target), followed.walk)
  }
  const parts = Array.isArray(schema.allOf) ? schema.allOf.filter(isRecord) : []
  if (parts.some((part) => '$ref' in part)) return combine(schema, parts, walk)
  const folded = fold(schema)
  if (folded !== schema) return example(folded, walk)
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
      return exampleArray(schema, walk)
    case 'object':
      return exampleObject(schema, walk)
    case 'null':
      return null
    default:
      return {}
  }
}

/** `allOf` over references: the examples of all parts in one object. */
function combine(schema: JsonSchema, parts: readonly JsonSchema[], walk: SchemaWalk): unknown {
  const { allOf: _parts, ...own } = schema
  const values = [own, ...parts].map((part) => example(part, walk))
  const simple = values.find((value) => !isRecord(value))
  if (simple !== undefined) return simple
  return Object.fromEntries(values.filter(isRecord).flatMap(Object.entries))
}

/** Folds `allOf`, or the first choice of `anyOf` or `oneOf`, into the schema. */
function fold(schema: JsonSchema): JsonSchema {
  const { allOf, ...single } = schema
  if (Array.isArray(allOf)) return allOf.reduce<JsonSchema>(merge, single)
  const { anyOf, oneOf, ...rest } = schema
  const choices = Array.isArray(anyOf) ? anyOf : oneOf
  if (!Array.isArray(choices)) return schema
  const choice = choices.find((one) => isRecord(one) && one.type !== 'null')
  return merge(rest, choice)
}

function merge(schema: JsonSchema, other: unknown): JsonSchema {
  if (!isRecord(other)) return schema
  const both = (keyword: string): readonly [unknown, unknown] => [schema[keyword], other[keyword]]
  const [left, right] = both('properties')
  const [needed, alsoNeeded] = both('required')
  return {
    ...other,
    ...schema,
    ...(isRecord(left) && isRecord(right) && { properties: { ...left, ...right } }),
    ...(Array.isArray(needed) &&
      Array.isArray(alsoNeeded) && { required: [...needed, ...alsoNeeded] }),
  }
}

function typeOf(schema: JsonSchema): unknown {
  const { type } = schema
  if (Array.isArray(type)) return type.find((name) => name !== 'null') ?? 'null'
  if (type !== undefined) return type
  if (isRecord(schema.properties)) return 'object'
  if (isRecord(schema.items)) return 'array'
  return typeof schema.pattern === 'string' || 'format' in schema ? 'string' : undefined
}

function exampleArray(schema: JsonSchema, walk: SchemaWalk): readonly unknown[] {
  const { prefixItems: prefix, items, minItems } = schema
  const first = Array.isArray(prefix) ? prefix : []
  const wanted = typeof minItems === 'number' ? minItems : first.length
  const length = Math.min(wanted, MAX_ITEMS)
  return Array.from({ length }, (_, index) => {
    const item = first[index] ?? items
    return isRecord(item) ? example(item, walk) : {}
  })
}

function exampleObject(schema: JsonSchema, walk: SchemaWalk): JsonSchema {
  const { properties, required, additionalProperties: other } = schema
  if (!Array.isArray(required)) return {}
  const members = new Set(required.filter((name): name is string => typeof name === 'string'))
  // fromEntries defines members: a property named `__proto__` stays a property.
  return Object.fromEntries(
    [...members].map((name) => {
      const own = isRecord(properties) && Object.hasOwn(properties, name)
      const property = own ? properties[name] : other
      return [name, isRecord(property) ? example(property, walk) : 'string']
    }),
  )
}
