import { jsonOf } from './json-line.ts'

/** Characters of the `meta` of a reply in a line. */
const LONGEST_META = 4096

/**
 * `meta` of a reply, as a line can carry it: plain values, no more than fits. It is the app's own,
 * and a list of ten thousand rows in it would be written once for every call.
 */
export function printableMeta(meta: Readonly<Record<string, unknown>>): unknown {
  const text = jsonOf(meta)
  if (text === undefined) return '[unreadable]'
  return text.length > LONGEST_META ? `[too long: ${text.length} characters]` : JSON.parse(text)
}
