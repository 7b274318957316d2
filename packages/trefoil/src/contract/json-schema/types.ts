/** The types of JSON values, by their names in schemas. A whole number is an `integer`. */
export type JsonType = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object'

const TYPES: ReadonlySet<unknown> = new Set<JsonType>([
  ...(['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'] as const),
])

export function isJsonType(name: unknown): name is JsonType {
  return TYPES.has(name)
}

/** What JSON has no type for counts as an object. */
export function typeOfValue(value: unknown): JsonType {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (Number.isInteger(value)) return 'integer'
  const name = typeof value
  return isJsonType(name) ? name : 'object'
}
