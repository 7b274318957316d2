import { isJsonType, type JsonType, typeOfValue } from '../../../contract/json-schema/types.ts'
import type { JsonSchema } from '../../../contract/params/schema.ts'
import { schemasAt, valuesOf } from './read-keyword.ts'

/** What tells a kind where a schema names no type. */
const TELLING: Readonly<Record<string, JsonType>> = {
  properties: 'object',
  required: 'object',
  additionalProperties: 'object',
  patternProperties: 'object',
  propertyNames: 'object',
  items: 'array',
  prefixItems: 'array',
  minItems: 'array',
  maxItems: 'array',
  minLength: 'string',
  maxLength: 'string',
  pattern: 'string',
  format: 'string',
  minimum: 'number',
  maximum: 'number',
  multipleOf: 'number',
}

/** The kinds that a schema names, or that its values are of; empty where neither tells. */
export function kindsOf(schema: JsonSchema): readonly JsonType[] {
  const { type } = schema
  const named = (Array.isArray(type) ? type : [type]).filter(isJsonType)
  const values = valuesOf(schema)
  const all = new Set(named.length > 0 || values === null ? named : values.map(typeOfValue))
  if (all.has('number')) all.delete('integer')
  return [...all]
}

/** The one kind that keywords are about; `null` for none, and for several. */
export function impliedKind(schema: JsonSchema): JsonType | null {
  if (schemasAt(schema, 'anyOf').length > 0 || schemasAt(schema, 'oneOf').length > 0) return null
  const kinds = new Set(Object.keys(schema).flatMap((keyword) => TELLING[keyword] ?? []))
  const [only, second] = kinds
  return only !== undefined && second === undefined ? only : null
}

export function isOfKind(value: unknown, kind: JsonType): boolean {
  const own = typeOfValue(value)
  return own === kind || (own === 'integer' && kind === 'number')
}
