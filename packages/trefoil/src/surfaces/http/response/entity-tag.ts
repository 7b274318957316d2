import { hash } from 'node:crypto'
import type { HttpBody } from '../../../contract/answer/exchange.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'

/** Characters of a hash in a tag: 162 bits. */
const LENGTH = 27

/**
 * The entity tag of an answer: the one that was chosen, or that of the bytes of the body.
 *
 * @throws ImproperlyConfigured for the hash of a stream
 */
export function entityTag(option: true | string, body: HttpBody): string | null {
  if (option !== true) return option
  if (body === null) return null
  if (typeof body === 'string' || body instanceof Uint8Array) {
    return `"${hash('sha256', body, 'base64url').slice(0, LENGTH)}"`
  }
  throw new ImproperlyConfigured('reply(): etag: true needs a whole body; give a stream a text')
}
