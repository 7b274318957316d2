import { type Problem, refuse } from '../../contract/problem.ts'
import { firstHeader, type RawHeaders } from '../../web/raw-headers.ts'

/**
 * A coded body would be read as if it were the form or the JSON itself, and a filter in front that
 * decodes it would have judged something else.
 *
 * @returns what refuses it (RFC 9110 §15.5.16); `null` for a body that is sent as it is
 */
export function refusedCoding(raw: RawHeaders): Problem | null {
  const coding = firstHeader(raw, 'content-encoding')
  if (coding === undefined || /^\s*(?:identity)?\s*$/i.test(coding)) return null
  return refuse('unsupported_media_type', {
    detail: 'Unsupported content encoding: send the body uncompressed',
    fix: 'Send the body without `Content-Encoding`.',
    headers: { 'accept-encoding': 'identity' },
  })
}
