import { createHash, timingSafeEqual } from 'node:crypto'

/**
 * Compares two secrets without telling, by the time it takes, where they differ or how long
 * the expected one is: both sides are hashed first, so lengths always match.
 */
export function equalSecrets(left: string | Uint8Array, right: string | Uint8Array): boolean {
  return timingSafeEqual(sha256(left), sha256(right))
}

/**
 * Compares two digests, MACs or keys without telling where they differ. What it tells is whether they
 * are equally long, so it is for what everybody knows the length of.
 */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right)
}

function sha256(value: string | Uint8Array): Uint8Array {
  return createHash('sha256').update(value).digest()
}
