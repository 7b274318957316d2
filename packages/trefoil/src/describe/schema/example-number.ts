import type { JsonSchema } from '../../contract/params/schema.ts'

/** `start`, moved into the range and onto the multiple the schema asks for. */
export function exampleNumber(schema: JsonSchema, start: number): number {
  const integer = schema.type === 'integer' || Number.isInteger(start)
  const step = limit(schema, 'multipleOf') ?? (integer ? 1 : undefined)
  const nudge = step ?? 0.1
  const above = limit(schema, 'exclusiveMinimum')
  const below = limit(schema, 'exclusiveMaximum')
  const low = Math.max(
    limit(schema, 'minimum') ?? -Infinity,
    above === undefined ? -Infinity : above + nudge,
  )
  const high = Math.min(
    limit(schema, 'maximum') ?? Infinity,
    below === undefined ? Infinity : below - nudge,
  )
  const inside = Math.max(low, Math.min(high, start))
  if (step === undefined || step <= 0) return inside
  const up = Math.ceil(inside / step) * step
  return up <= high ? up : Math.floor(inside / step) * step
}

function limit(schema: JsonSchema, keyword: string): number | undefined {
  const value = schema[keyword]
  return typeof value === 'number' ? value : undefined
}
