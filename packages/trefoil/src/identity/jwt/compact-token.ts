import { parseStrictJson } from '../../base/json/strict-json.ts'
import { isRecord } from '../../base/plain/is-record.ts'

/** The pieces of a token as it was sent (RFC 7515 §7.1); nothing of it is believed yet. */
export interface CompactToken {
  readonly header: string
  readonly payload: string
  readonly signature: string
  /** What the signature is over. */
  readonly signed: string
}

/** @returns `null` for anything but three parts */
export function splitToken(token: string): CompactToken | null {
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first === -1 || second === -1 || token.includes('.', second + 1)) return null
  return {
    header: token.slice(0, first),
    payload: token.slice(first + 1, second),
    signature: token.slice(second + 1),
    signed: token.slice(0, second),
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads a header or a payload: strict JSON (HTTP-7), so that no gateway in front of us can be shown
 * another `alg` or `sub` than we see.
 *
 * @returns `null` for anything but one object in its one spelling
 */
export function readPart(part: string): Readonly<Record<string, unknown>> | null {
  const bytes = Buffer.from(part, 'base64url')
  // Node forgives junk, padding and unused bits, so one token would have several spellings, each
  // with its own place in the caches. Written again, only the right one comes out as it went in.
  if (bytes.toString('base64url') !== part) return null
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return null
  }
  const parsed = parseStrictJson(text)
  return parsed.ok && isRecord(parsed.value) ? parsed.value : null
}
