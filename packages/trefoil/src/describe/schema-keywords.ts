import type { JsonSchema } from '../contract/schema.ts'

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
