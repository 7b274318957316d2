import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'

/**
 * Tells one document from another, whatever the order of its members: 132 bits of its SHA-256, in base64url.
 *
 * @throws TypeError for a value with no canonical JSON form
 */
export function jsonDigest(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('base64url').slice(0, 22)
}
