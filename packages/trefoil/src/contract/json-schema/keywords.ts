import type { JsonSchema } from '../params/schema.ts'

const ONE: ReadonlySet<string> = new Set([
  'additionalProperties',
  'contains',
  'contentSchema',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
])
const LIST: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'items', 'oneOf', 'prefixItems'])
const NAMED: ReadonlySet<string> = new Set([
  '$defs',
  'definitions',
  'dependentSchemas',
  'patternProperties',
  'properties',
])

/** True for a JSON object: a schema that is not `true` or `false`, or a map of schemas. */
export function isJsonObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * A copy of a schema with every direct subschema replaced by what `visit` returns. Only
 * keywords that hold schemas are entered: `$ref` inside `const`, `default`, `enum` or
 * `examples` is data, and under `properties` it is somebody's property name.
 */
export function mapSubschemas(
  schema: JsonSchema,
  visit: (subschema: JsonSchema) => JsonSchema,
): JsonSchema {
  const each = (value: unknown): unknown => (isJsonObject(value) ? visit(value) : value)
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (LIST.has(keyword) && Array.isArray(value)) return [keyword, value.map(each)]
      if (ONE.has(keyword)) return [keyword, each(value)]
      if (NAMED.has(keyword) && isJsonObject(value)) {
        const members = Object.entries(value).map(([name, member]) => [name, each(member)])
        return [keyword, Object.fromEntries(members)]
      }
      return [keyword, value]
    }),
  )
}

/** Calls `visit` with every direct subschema that is an object, as {@link mapSubschemas} does. */
export function eachSubschema(schema: JsonSchema, visit: (subschema: JsonSchema) => void): void {
  for (const [keyword, value] of Object.entries(schema)) {
    if (LIST.has(keyword) && Array.isArray(value)) {
      for (const item of value) if (isJsonObject(item)) visit(item)
    } else if (ONE.has(keyword)) {
      if (isJsonObject(value)) visit(value)
    } else if (NAMED.has(keyword) && isJsonObject(value)) {
      for (const member of Object.values(value)) if (isJsonObject(member)) visit(member)
    }
  }
}
