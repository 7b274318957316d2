import { isList, isRecord } from '../../base/plain/is-record.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'
import { valueKind } from './value-kind.ts'

/**
 * A value as an error message shows it: a number or a flag as it is, because a port out of its range
 * is half of what has to be known and neither is a secret; of anything else the kind (FND-38).
 */
export function shownValue(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : valueKind(value)
}

/**
 * Not by truth: `preload: 'false'`, out of some variable, would be on.
 *
 * @throws ImproperlyConfigured unless the value is a boolean or absent
 */
export function checkFlag(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new ImproperlyConfigured(`${option} must be true or false, got ${shownValue(value)}`)
  }
}

/** @throws ImproperlyConfigured unless the value is non-empty text or absent */
export function checkText(option: string, value: unknown): void {
  if (value !== undefined && (typeof value !== 'string' || value === '')) {
    throw new ImproperlyConfigured(`${option} must be non-empty text, got ${shownValue(value)}`)
  }
}

/** @throws ImproperlyConfigured unless the value is non-empty text */
export function requireText(option: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') return
  throw new ImproperlyConfigured(`${option} must be non-empty text, got ${shownValue(value)}`)
}

/**
 * @param what what is expected, for the message: `an object of options, or false for none`
 * @throws ImproperlyConfigured unless the value is an object that is no list
 */
export function checkRecord(option: string, value: unknown, what = 'an object'): void {
  if (!isRecord(value)) {
    throw new ImproperlyConfigured(`${option} must be ${what}, got ${shownValue(value)}`)
  }
}

/**
 * Text is iterable: one forgotten bracket would make a list of its letters, and each of them a
 * role that opens a door (SW-29).
 *
 * @param what what the entries are, for the message
 * @throws ImproperlyConfigured unless the value is absent or a list whose entries all fit
 */
export function checkList(
  option: string,
  value: unknown,
  what: string,
  fits: (entry: unknown) => boolean,
): void {
  if (value === undefined) return
  if (isList(value) !== true || !Array.isArray(value)) {
    throw new ImproperlyConfigured(`${option} must be a list of ${what}, got ${shownValue(value)}`)
  }
  const wrong = value.findIndex((entry) => !fits(entry))
  if (wrong === -1) return
  throw new ImproperlyConfigured(
    `${option} must be a list of ${what}, got a list with ${shownValue(value[wrong])}`,
  )
}
