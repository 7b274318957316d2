import type { JsonSchema } from '../../../contract/params/schema.ts'

// A keyword with a value of the wrong kind (draft 3's `required: true`, draft 4's
// `exclusiveMinimum: true`) makes ajv throw at the whole list, so what is not well-formed is not there.

export function textAt(schema: JsonSchema, keyword: string): string | null {
  const value = schema[keyword]
  return typeof value === 'string' && value !== '' ? value : null
}

export function countAt(schema: JsonSchema, keyword: string): number | null {
  const value = schema[keyword]
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

/** `null` for the bounds that zod gives every integer: ±(2^53 − 1), which Gemini and Claude refuse. */
export function boundAt(schema: JsonSchema, keyword: string): number | null {
  const value = schema[keyword]
  return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : null
}

export function schemasAt(schema: JsonSchema, keyword: string): readonly unknown[] {
  const value = schema[keyword]
  return Array.isArray(value) ? value : []
}

export function namesAt(schema: JsonSchema, keyword: string): readonly string[] {
  return [...new Set(schemasAt(schema, keyword).filter((name) => typeof name === 'string'))]
}

/** The values that `const` or `enum` allow; `null` where neither says anything. */
export function valuesOf(schema: JsonSchema): readonly unknown[] | null {
  if ('const' in schema) return isJson(schema['const']) ? [schema['const']] : null
  const values = schemasAt(schema, 'enum')
  return values.length > 0 && values.every(isJson) ? values : null
}

/** True for what can be written into a list of tools: no bigint, no circle. */
export function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined
  } catch {
    return false
  }
}
