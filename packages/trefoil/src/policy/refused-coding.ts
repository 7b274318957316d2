import { type Problem, refuse } from '../contract/problems/problem.ts'
import { allHeaders, firstHeader, type RawHeaders } from '../web/raw-headers.ts'

const NONE: ReadonlySet<string> = new Set(['', 'identity'])

/**
 * A coded body would be read as if it were the form or the JSON itself, and a filter in front that
 * decodes it would have judged something else. The codings are a list, on one line or several
 * (RFC 9110 §8.4): after `identity` another one may follow.
 *
 * @returns what refuses it (RFC 9110 §15.5.16); `null` for a body that is sent as it is
 */
export function refusedCoding(raw: RawHeaders): Problem | null {
  if (firstHeader(raw, 'content-encoding') === undefined) return null
  const codings = allHeaders(raw, 'content-encoding').join(',').split(',')
  if (codings.every((coding) => NONE.has(coding.trim().toLowerCase()))) return null
  return refuse('unsupported_media_type', {
    detail: 'Unsupported content encoding: send the body uncompressed',
    fix: 'Send the body without `Content-Encoding`.',
    headers: { 'accept-encoding': 'identity' },
  })
}
