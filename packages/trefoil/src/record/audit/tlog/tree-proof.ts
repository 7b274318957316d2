import { nodeHash, sameHash, splitOf, type TreeHash } from './tree-hash.ts'

/** Asks for the root of the leaves from `from` up to, and without, `to`. */
export type RootOf = (from: number, to: number) => Promise<TreeHash>

/** Proof that the leaf `index` is in the tree of the first `size` leaves (RFC 6962 §2.1.1). */
export async function proveInclusion(
  index: number,
  size: number,
  rootOf: RootOf,
): Promise<readonly TreeHash[]> {
  const proof: TreeHash[] = []
  for (let from = 0, to = size; to - from > 1; ) {
    const middle = from + splitOf(to - from)
    if (index < middle) {
      proof.push(await rootOf(middle, to))
      to = middle
    } else {
      proof.push(await rootOf(from, middle))
      from = middle
    }
  }
  return proof.reverse()
}

/** Proof that the tree of the first `size` leaves begins with that of the first `old` (RFC 6962 §2.1.2). */
export async function proveConsistency(
  old: number,
  size: number,
  rootOf: RootOf,
): Promise<readonly TreeHash[]> {
  if (old === 0 || old === size) return []
  const proof: TreeHash[] = []
  let from = 0
  let to = size
  while (to > old) {
    const middle = from + splitOf(to - from)
    if (old <= middle) {
      proof.push(await rootOf(middle, to))
      to = middle
    } else {
      proof.push(await rootOf(from, middle))
      from = middle
    }
  }
  // The old tree itself is known to whoever asks.
  if (from > 0) proof.push(await rootOf(from, to))
  return proof.reverse()
}

/** Leaves from 0; a proof for a tree of 2^53 leaves has no more hashes. */
const LONGEST = 64

/** True where the leaf with this hash is number `index` in the tree of `size` leaves with this root. */
export function verifyInclusion(
  leaf: TreeHash,
  index: number,
  size: number,
  proof: readonly TreeHash[],
  root: TreeHash,
): boolean {
  if (!isCount(index) || !isCount(size) || index >= size || proof.length > LONGEST) return false
  const isRight: boolean[] = []
  const counts: number[] = [0]
  for (let from = 0, to = size; to - from > 1; ) {
    const middle = from + splitOf(to - from)
    isRight.push(index >= middle)
    if (index < middle) to = middle
    else from = middle
    counts.push(to - from)
  }
  if (proof.length !== isRight.length) return false
  let hash = leaf
  for (const sibling of proof) {
    hash = isRight.pop() === true ? nodeHash(sibling, hash) : nodeHash(hash, sibling)
  }
  return sameHash(hash, root)
}

/** True where the tree of `size` leaves begins with that of `old`, both by their roots. */
export function verifyConsistency(
  old: number,
  size: number,
  proof: readonly TreeHash[],
  oldRoot: TreeHash,
  root: TreeHash,
): boolean {
  if (!isCount(old) || !isCount(size) || old > size || proof.length > LONGEST) return false
  // Everything begins with nothing.
  if (old === 0) return proof.length === 0
  if (old === size) return proof.length === 0 && sameHash(oldRoot, root)
  const isRight: boolean[] = []
  let from = 0
  let to = size
  while (to > old) {
    const middle = from + splitOf(to - from)
    isRight.push(old > middle)
    if (old <= middle) to = middle
    else from = middle
  }
  const rest = [...proof]
  const seed = from === 0 ? oldRoot : rest.shift()
  if (seed === undefined || rest.length !== isRight.length) return false
  let before = seed
  let after = seed
  for (const sibling of rest) {
    if (isRight.pop() === true) {
      before = nodeHash(sibling, before)
      after = nodeHash(sibling, after)
    } else {
      after = nodeHash(after, sibling)
    }
  }
  return sameHash(before, oldRoot) && sameHash(after, root)
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
