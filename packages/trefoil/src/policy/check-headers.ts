import { checkRecord, shownValue } from '../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { FRAMING_HEADERS, isHeaderValue, isToken } from '../web/raw-headers.ts'

/**
 * Checks response headers that the app, a route or a folder of files sets: a value, or `null` to
 * remove one.
 *
 * @param option name in error messages
 * @returns the same with names in lower case
 * @throws ImproperlyConfigured naming the header
 */
export function checkHeaders(
  option: string,
  headers: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string | null>> {
  checkRecord(option, headers, 'an object of header names and values')
  const checked: Record<string, string | null> = Object.create(null)
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    if (!isToken(lower) || (typeof value === 'string' && !isHeaderValue(value))) {
      throw new ImproperlyConfigured(`${option}: '${name}' is not a valid header`)
    }
    if (value !== null && typeof value !== 'string') {
      throw new ImproperlyConfigured(
        `${option}: '${name}' must be text, or null to remove it, got ${shownValue(value)}`,
      )
    }
    // A second length, and somebody in between believes the wrong one.
    if (FRAMING_HEADERS.has(lower)) {
      throw new ImproperlyConfigured(`${option}: '${name}' is written by the server alone`)
    }
    if (lower in checked) {
      throw new ImproperlyConfigured(`${option}: '${name}' is there twice, in another case`)
    }
    checked[lower] = value
  }
  return Object.freeze(checked)
}
