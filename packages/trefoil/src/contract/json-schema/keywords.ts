import { isRecord } from '../../base/plain/is-record.ts'
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

/**
 * A copy of a schema with every direct subschema replaced by what `visit` returns. Only
 * keywords that hold schemas are entered: `$ref` inside `const`, `default`, `enum` or
 * `examples` is data, and under `properties` it is somebody's property name.
 */
export function mapSubschemas(
  schema: JsonSchema,
  visit: (subschema: JsonSchema) => JsonSchema,
): JsonSchema {
  const each = (value: unknown): unknown => (isRecord(value) ? visit(value) : value)
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (LIST.has(keyword) && Array.isArray(value)) return [keyword, value.map(each)]
      if (ONE.has(keyword)) return [keyword, each(value)]
      if (NAMED.has(keyword) && isRecord(value)) {
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
      for (const item of value) if (isRecord(item)) visit(item)
    } else if (ONE.has(keyword)) {
      if (isRecord(value)) visit(value)
    } else if (NAMED.has(keyword) && isRecord(value)) {
      for (const member of Object.values(value)) if (isRecord(member)) visit(member)
    }
  }
}
