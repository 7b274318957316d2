import { isRecord } from '../../../base/plain/is-record.ts'
import { isHash } from '../chain-keys.ts'
import { readLeaf, type TreeLeaf } from './leaf.ts'
import { TILE_WIDTH } from './tiles.ts'
import { TreeDamaged, type TreeReader } from './tree-reader.ts'

/** How far a stream is in the tree. */
export interface StreamPosition {
  /** Number of its first entry there; 0 unless older ones had been pruned by then. */
  readonly first: number
  readonly seq: number
  /** Hash of that entry in the chain. */
  readonly hash: string
}

/** How far each stream is in a tree of so many leaves, by the digest of its name. */
export class LogPositions {
  readonly #streams = new Map<string, StreamPosition>()
  #size = 0

  get size(): number {
    return this.#size
  }

  get(stream: string): StreamPosition | null {
    return this.#streams.get(stream) ?? null
  }

  entries(): IterableIterator<[stream: string, position: StreamPosition]> {
    return this.#streams.entries()
  }

  /** @returns false where it does not follow the last of its stream */
  add({ stream, seq, hash }: Pick<TreeLeaf, 'stream' | 'seq' | 'hash'>): boolean {
    const before = this.#streams.get(stream)
    if (before !== undefined && seq !== before.seq + 1) return false
    this.#streams.set(stream, { first: before?.first ?? seq, seq, hash })
    this.#size++
    return true
  }

  /** Puts back what was kept of a stream. */
  restore(stream: string, position: StreamPosition): void {
    this.#streams.set(stream, position)
    this.#size += position.seq - position.first + 1
  }

  /** As it is kept beside the tree, so that the next start need not read every leaf. */
  text(): string {
    const streams = Object.fromEntries(this.#streams)
    return `${JSON.stringify({ v: 1, size: this.#size, streams })}\n`
  }

  /**
   * Of a tree, from what was kept of it when it was smaller, or from its leaves alone.
   *
   * @throws TreeDamaged for leaves that are none, or not in order
   */
  static async of(reader: TreeReader, size: number, kept: string | null): Promise<LogPositions> {
    const positions = (kept === null ? null : read(kept, size)) ?? new LogPositions()
    for (let at = positions.#size; at < size; ) {
      const index = Math.floor(at / TILE_WIDTH)
      const leaves = await reader.leaves(index)
      for (const bytes of leaves.slice(at % TILE_WIDTH)) {
        const leaf = readLeaf(bytes)
        if (leaf === null || !positions.add(leaf)) {
          throw new TreeDamaged(`Leaf ${at} of the checkpoints is none, or does not follow`)
        }
        at++
      }
    }
    return positions
  }
}

/** `null` for what cannot be of this tree: then its leaves are read instead. */
function read(text: string, most: number): LogPositions | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (!isRecord(value) || value['v'] !== 1 || !isRecord(value['streams'])) return null
  const positions = new LogPositions()
  let size = 0
  for (const [stream, position] of Object.entries(value['streams'])) {
    if (!isHash(stream) || !isRecord(position)) return null
    const { first, seq, hash } = position
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(seq) || !isHash(hash)) return null
    positions.restore(stream, { first: Number(first), seq: Number(seq), hash })
    size += Number(seq) - Number(first) + 1
  }
  // Every entry of a stream is one leaf: a sum that differs is of another tree.
  return size === value['size'] && size <= most ? positions : null
}
