import { sha256 } from '../sha256.ts'

/** SHA-256 of a leaf or of a node of a Merkle tree (RFC 6962 §2.1), 32 bytes. */
export type TreeHash = Uint8Array

export const HASH_SIZE = 32

const EMPTY = new Uint8Array(0)
const node = new Uint8Array(1 + 2 * HASH_SIZE)
node[0] = 1

/** A leaf can never be taken for a node: what they are hashed with begins with another byte. */
export function leafHash(data: Uint8Array): TreeHash {
  const whole = new Uint8Array(1 + data.length)
  whole.set(data, 1)
  return sha256(whole)
}

export function nodeHash(left: TreeHash, right: TreeHash): TreeHash {
  node.set(left, 1)
  node.set(right, 1 + HASH_SIZE)
  return sha256(node)
}

/** Root of a tree with nothing in it. */
export function emptyRoot(): TreeHash {
  return sha256(EMPTY)
}

/** Root of a perfect tree, of the hashes of its lowest row, a power of two of them. */
export function perfectRoot(hashes: readonly TreeHash[]): TreeHash {
  let row = hashes
  while (row.length > 1) {
    const above: TreeHash[] = []
    for (let at = 0; at < row.length; at += 2) {
      above.push(nodeHash(row[at] as TreeHash, row[at + 1] as TreeHash))
    }
    row = above
  }
  return row[0] as TreeHash
}

/** The largest power of two below a number above 1: where a tree of so many leaves is split. */
export function splitOf(count: number): number {
  let half = 1
  while (half * 2 < count) half *= 2
  return half
}

export function sameHash(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at])
}
