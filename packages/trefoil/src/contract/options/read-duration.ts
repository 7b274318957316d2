import { type Duration, parseDuration } from '../../base/duration.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'
import { valueKind } from './value-kind.ts'

/**
 * Reads a duration that is not written in the code: from a file, a variable, a flag.
 *
 * @param text such as `500ms`, `30s`, `15m`, `1h`, `7d`; blanks around it do not count
 * @returns the same duration, as options take it
 * @throws ImproperlyConfigured for anything else, `undefined` included
 */
export function duration(text: string | undefined): Duration {
  readDuration('duration(): text', text)
  // Read just now.
  return (text as string).trim() as Duration
}

/**
 * Reads an option that is a duration.
 *
 * @returns milliseconds
 * @throws ImproperlyConfigured naming the option and, for a bare number, what to write
 */
export function readDuration(option: string, value: unknown): number {
  const ms = parseDuration(value)
  if (ms !== null) return ms
  throw mistaken(option, value, (count) => `'${count}s' for seconds, '${count}ms' for milliseconds`)
}

/**
 * Reads an option that ends in a header or a claim, which count in seconds.
 *
 * @returns whole seconds
 * @throws ImproperlyConfigured naming the option, also for a part of a second
 */
export function readSeconds(option: string, value: unknown): number {
  const ms = parseDuration(value)
  if (ms === null) throw mistaken(option, value, (count) => `'${count}s'`)
  if (ms % 1000 === 0) return ms / 1000
  throw new ImproperlyConfigured(`${option} must be whole seconds, such as '30s' or '1h'`)
}

function mistaken(
  option: string,
  value: unknown,
  corrected: (count: number) => string,
): ImproperlyConfigured {
  const units = `${option} must be a duration such as '30s' (ms, s, m, h, d)`
  // A bare number in the place of a duration is no secret, and half of what has to be written.
  const isCount = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
  const hint = isCount ? `the number ${value}; write ${corrected(value)}` : valueKind(value)
  return new ImproperlyConfigured(`${units}, got ${hint}`)
}
