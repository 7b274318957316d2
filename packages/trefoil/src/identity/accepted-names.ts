import { valueKind } from '../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'

/**
 * Issuers, audiences or types that are accepted: one or a list.
 *
 * @param option as messages name it: `jwtAuth(): issuer`
 * @returns `null` for `null`
 * @throws ImproperlyConfigured for no list of non-empty texts
 */
export function readNames(value: unknown, option: string): readonly string[] | null {
  if (value === null) return null
  const names: unknown[] = Array.isArray(value) ? [...value] : [value]
  if (names.length === 0 || !names.every(isName)) {
    throw new ImproperlyConfigured(
      `${option} must be non-empty text or a list of it, got ${valueKind(value)}`,
    )
  }
  return names
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
