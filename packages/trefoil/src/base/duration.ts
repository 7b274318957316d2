/** Milliseconds, seconds, minutes, hours, days. */
export type DurationUnit = 'ms' | 's' | 'm' | 'h' | 'd'

const MS: Readonly<Record<DurationUnit, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/**
 * A span of time: a whole number and its unit, such as `500ms`, `30s`, `15m`, `1h`, `7d`. Never a
 * bare number, of which one reader thinks seconds and the next milliseconds (FND-14). Text from a
 * file or a variable becomes one with `duration(text)`.
 */
export type Duration = `${number}${DurationUnit}`

const DURATION = /^([0-9]+)(ms|s|m|h|d)$/

/** @returns milliseconds, or `null` when it is not a duration */
export function parseDuration(duration: unknown): number | null {
  if (typeof duration !== 'string') return null
  const [, count, unit] = DURATION.exec(duration.trim()) ?? []
  if (count === undefined || unit === undefined) return null
  // The pattern lets no other unit through.
  const ms = Number(count) * MS[unit as DurationUnit]
  return Number.isSafeInteger(ms) ? ms : null
}
