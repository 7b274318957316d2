const MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])
const DURATION = /^([0-9]+)(ms|s|m|h|d)$/

/** A span of time: milliseconds, or text such as `500ms`, `30s`, `15m`, `1h`, `7d`. */
export type Duration = number | string

/** @returns milliseconds, or `null` when it is not a duration */
export function parseDuration(duration: unknown): number | null {
  if (typeof duration === 'number') {
    return Number.isSafeInteger(duration) && duration >= 0 ? duration : null
  }
  if (typeof duration !== 'string') return null
  const match = DURATION.exec(duration.trim())
  const unit = MS.get(match?.[2] ?? '')
  if (match?.[1] === undefined || unit === undefined) return null
  const ms = Number(match[1]) * unit
  return Number.isSafeInteger(ms) ? ms : null
}
