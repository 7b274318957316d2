/** What a `traceparent` says: whose trace, whose span, and with which flags. */
export interface TraceParent {
  readonly traceId: string
  readonly spanId: string
  /** Two hex digits, those that are known: sampled (01), random (02). */
  readonly flags: string
}

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[\x20-\x7e]*)?$/
const ZEROS = /^0+$/
/** What we understand of the flags; the others are to be zero in what we send on. */
const KNOWN_FLAGS = 0x03
/** A later version may say more behind what all of them have; nobody says this much. */
const LONGEST_TRACEPARENT = 256

/**
 * Reads a `traceparent` as the W3C has it: lower-case, ids that are not all zeros, nothing behind
 * version 00, and of a later version as much as this one knows. Version `ff` is none.
 *
 * @returns `null` for what is to be ignored, whatever it is
 */
export function readTraceparent(value: unknown): TraceParent | null {
  if (typeof value !== 'string' || value.length > LONGEST_TRACEPARENT) return null
  const [, version, traceId = '', spanId = '', flags = '', rest] = FORM.exec(value.trim()) ?? []
  if (version === undefined || version === 'ff') return null
  if (version === '00' && rest !== undefined) return null
  if (ZEROS.test(traceId) || ZEROS.test(spanId)) return null
  const known = Number.parseInt(flags, 16) & KNOWN_FLAGS
  return { traceId, spanId, flags: `0${known}` }
}

/** The `traceparent` of version 00. */
export function writeTraceparent({ traceId, spanId, flags }: TraceParent): string {
  return `00-${traceId}-${spanId}-${flags}`
}

/** What everybody has to pass on; what is longer is dropped whole. */
const LONGEST_TRACESTATE = 512
const MOST_MEMBERS = 32
const KEY = /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})$/
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

/** What a header can carry. A message is text of any kind, and trimming takes line breaks for blanks. */
const OF_A_HEADER = /^[\t\x20-\x7e]*$/

/**
 * Looks at a `tracestate` that is passed on as it is: at most 512 characters, 32 members, each key
 * once. What else it could be goes into requests of ours, so it is dropped whole.
 *
 * @returns the text as sent, without blanks around it; `null` for none, or none that may be passed on
 */
export function acceptTracestate(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > LONGEST_TRACESTATE) return null
  if (!OF_A_HEADER.test(value)) return null
  const text = value.trim()
  if (text === '') return null
  const seen = new Set<string>()
  for (const part of text.split(',')) {
    const member = part.trim()
    // Joined from several lines there may be empty ones.
    if (member === '') continue
    const end = member.indexOf('=')
    const key = member.slice(0, end)
    if (end === -1 || !KEY.test(key) || !VALUE.test(member.slice(end + 1)) || seen.has(key)) {
      return null
    }
    seen.add(key)
  }
  return seen.size === 0 || seen.size > MOST_MEMBERS ? null : text
}
