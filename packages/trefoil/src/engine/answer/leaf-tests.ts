import { NotUnderstood, type ZodDef } from './known-zod.ts'

// What zod's checks of texts, numbers and lists ask, as source text of a test.

/** zod counts code points, others count units: where the two may differ, zod decides. */
export function textLength({ check, minimum, maximum, length }: ZodDef, name: string): string {
  if (check === 'max_length') return `${name}.length <= ${bound(maximum)}`
  if (check === 'length_equals')
    return `${name}.length === ${bound(length)} && !isHighSurrogate.test(${name})`
  if (check !== 'min_length') throw new NotUnderstood()
  const least = bound(minimum)
  const enough = `${name}.length >= ${2 * least} || !isHighSurrogate.test(${name})`
  return `${name}.length >= ${least} && (${enough})`
}

export function listLength({ check, minimum, maximum, length }: ZodDef): string {
  if (check === 'min_length') return `length >= ${bound(minimum)}`
  if (check === 'max_length') return `length <= ${bound(maximum)}`
  if (check === 'length_equals') return `length === ${bound(length)}`
  throw new NotUnderstood()
}

function bound(limit: unknown): number {
  if (typeof limit !== 'number' || !Number.isSafeInteger(limit)) throw new NotUnderstood()
  return limit
}

export function numberFormat(format: string | undefined, name: string): string[] {
  const range = NUMBER_RANGES[format as keyof typeof NUMBER_RANGES]
  if (range === undefined) throw new NotUnderstood()
  const tests = [`${name} >= ${range[0]}`, `${name} <= ${range[1]}`]
  return format?.includes('int') ? [`isSafeInteger(${name})`, ...tests] : tests
}

export function numberBound({ check, value, inclusive }: ZodDef, name: string): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new NotUnderstood()
  if (check === 'greater_than') return `${name} ${inclusive ? '>=' : '>'} ${value}`
  if (check === 'less_than') return `${name} ${inclusive ? '<=' : '<'} ${value}`
  throw new NotUnderstood()
}

const NUMBER_RANGES = {
  safeint: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  float32: [-3.4028234663852886e38, 3.4028234663852886e38],
  float64: [-Number.MAX_VALUE, Number.MAX_VALUE],
} as const
