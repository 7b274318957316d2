import { isRecord } from '../../../base/plain/is-record.ts'
import type { StoredEntry } from '../../../contract/ports/audit-store.ts'
import type { TreeStore } from '../../../contract/ports/tree-store.ts'
import { isHash } from '../chain-keys.ts'
import { sha256 } from '../sha256.ts'
import { type Checkpoint, readCheckpoint } from './checkpoint.ts'
import { CHECKPOINT_PATH } from './checkpointer.ts'
import { readLeaf, streamDigest } from './leaf.ts'
import { readNote, readVerifierKey, verifyNote } from './note.ts'
import { TILE_WIDTH } from './tiles.ts'
import { HASH_SIZE, leafHash, type TreeHash } from './tree-hash.ts'
import { verifyConsistency, verifyInclusion } from './tree-proof.ts'
import { TreeReader } from './tree-reader.ts'

/** Shows that an entry is under a checkpoint, to whoever has the key of the log and nothing else of it. JSON. */
export interface EntryProof {
  readonly v: 1
  readonly stream: string
  readonly seq: number
  /** Where its leaf stands in the tree. */
  readonly index: number
  /** The leaf, in base64. */
  readonly leaf: string
  /** What it is hashed with on the way to the root, in base64. */
  readonly hashes: readonly string[]
  /** The signed note. */
  readonly checkpoint: string
}

/** Shows that a log at one checkpoint is the beginning of the log at another. JSON. */
export interface GrowthProof {
  readonly v: 1
  /** Entries under the earlier checkpoint. */
  readonly from: number
  readonly hashes: readonly string[]
  /** The signed note of the later one. */
  readonly checkpoint: string
}

/** What went wrong with a proof; `null` for nothing. */
export type ProofFault = 'malformed' | 'unsigned' | 'other_entry' | 'not_in_tree' | 'not_grown'

/**
 * @returns `null` where the entry is under no checkpoint yet
 * @throws Error when the tree has no checkpoint
 * @throws TreeDamaged
 */
export async function proveEntry(
  tree: Pick<TreeStore, 'read'>,
  stream: string,
  seq: number,
): Promise<EntryProof | null> {
  const { note, size } = await newest(tree)
  const reader = new TreeReader(tree, size)
  const found = await findLeaf(reader, size, streamDigest(stream), seq)
  if (found === null) return null
  return {
    v: 1,
    stream,
    seq,
    index: found.index,
    leaf: Buffer.from(found.leaf).toString('base64'),
    hashes: (await reader.inclusion(found.index)).map(encoded),
    checkpoint: note,
  }
}

/** @throws Error when the tree has no checkpoint, or is smaller. @throws TreeDamaged */
export async function proveGrowth(
  tree: Pick<TreeStore, 'read'>,
  from: number,
): Promise<GrowthProof> {
  const { note, size } = await newest(tree)
  if (from > size)
    throw new Error(`The log has ${size} entries under its checkpoint, and not ${from}`)
  const hashes = await new TreeReader(tree, size).consistency(from)
  return { v: 1, from, hashes: hashes.map(encoded), checkpoint: note }
}

/**
 * Verifies a proof with the key of the log alone.
 *
 * @param entry must be the one that is proved, where it is given
 * @returns what is wrong with it; `null` for nothing
 */
export function verifyEntryProof(
  proof: unknown,
  verifierKey: string,
  entry: Pick<StoredEntry, 'hash' | 'text'> | null = null,
): ProofFault | null {
  if (!isRecord(proof) || proof['v'] !== 1) return 'malformed'
  const { stream, seq, index, leaf: leafText, checkpoint: note } = proof
  const hashes = readHashes(proof['hashes'])
  const bytes = typeof leafText === 'string' ? Buffer.from(leafText, 'base64') : null
  const leaf = bytes === null ? null : readLeaf(bytes)
  if (hashes === null || bytes === null || leaf === null || typeof stream !== 'string') {
    return 'malformed'
  }
  const signed = readSigned(note, verifierKey)
  if (signed === null) return 'unsigned'
  if (leaf.stream !== streamDigest(stream) || leaf.seq !== seq) return 'other_entry'
  if (entry !== null) {
    const isSame = leaf.hash === entry.hash && leaf.text === sha256(entry.text).toString('hex')
    if (!isHash(entry.hash) || !isSame) return 'other_entry'
  }
  const isIn = verifyInclusion(leafHash(bytes), Number(index), signed.size, hashes, signed.root)
  return isIn ? null : 'not_in_tree'
}

/**
 * @param earlier the signed note that was kept
 * @returns what is wrong with it; `null` for nothing
 */
export function verifyGrowthProof(
  proof: unknown,
  earlier: string,
  verifierKey: string,
): ProofFault | null {
  const hashes = isRecord(proof) ? readHashes(proof['hashes']) : null
  if (!isRecord(proof) || proof['v'] !== 1 || hashes === null) return 'malformed'
  const before = readSigned(earlier, verifierKey)
  const after = readSigned(proof['checkpoint'], verifierKey)
  if (before === null || after === null) return 'unsigned'
  const isGrown = verifyConsistency(before.size, after.size, hashes, before.root, after.root)
  return proof['from'] === before.size && isGrown ? null : 'not_grown'
}

async function newest(
  tree: Pick<TreeStore, 'read'>,
): Promise<Checkpoint & { readonly note: string }> {
  const bytes = await tree.read(CHECKPOINT_PATH)
  const note = bytes === null ? '' : Buffer.from(bytes).toString('utf8')
  const checkpoint = readCheckpoint(readNote(note)?.text ?? '')
  if (checkpoint === null) {
    throw new Error('There is no checkpoint; make one with `trefoil audit checkpoint`')
  }
  return { ...checkpoint, note }
}

/** `null` for what is not signed by the key, or of another log. */
function readSigned(note: unknown, verifierKey: string): Checkpoint | null {
  const key = readVerifierKey(verifierKey)
  const read = typeof note === 'string' ? readNote(note) : null
  if (key === null || read === null || verifyNote(read, key) !== 'signed') return null
  const checkpoint = readCheckpoint(read.text)
  return checkpoint?.origin === key.name ? checkpoint : null
}

async function findLeaf(
  reader: TreeReader,
  size: number,
  stream: string,
  seq: number,
): Promise<{ readonly index: number; readonly leaf: Uint8Array } | null> {
  const isIt = (bytes: Uint8Array | undefined) => {
    const leaf = bytes === undefined ? null : readLeaf(bytes)
    return leaf !== null && leaf.stream === stream && leaf.seq === seq
  }
  if (size === 0) return null
  const [firstBytes] = await reader.leaves(0)
  const first = firstBytes === undefined ? null : readLeaf(firstBytes)
  // In a log of one stream leaves stand in the order of their numbers; in others, never earlier.
  const least = first?.stream === stream ? Math.max(0, seq - first.seq) : 0
  for (let bundle = Math.floor(least / TILE_WIDTH); bundle * TILE_WIDTH < size; bundle++) {
    const leaves = await reader.leaves(bundle)
    const at = leaves.findIndex(isIt)
    const leaf = leaves[at]
    if (leaf !== undefined) return { index: bundle * TILE_WIDTH + at, leaf }
  }
  return null
}

function encoded(hash: TreeHash): string {
  return Buffer.from(hash).toString('base64')
}

function readHashes(value: unknown): readonly TreeHash[] | null {
  if (!Array.isArray(value)) return null
  const hashes = value.map((text) => Buffer.from(typeof text === 'string' ? text : '', 'base64'))
  return hashes.every(({ length }) => length === HASH_SIZE) ? hashes : null
}
