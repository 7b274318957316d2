import type { TreeFile } from '../../../contract/ports/tree-store.ts'
import { bundleBytes, bundlePath, partsPath, TILE_WIDTH, tileBytes, tilePath } from './tiles.ts'
import {
  emptyRoot,
  leafHash,
  nodeHash,
  perfectRoot,
  sameHash,
  splitOf,
  type TreeHash,
} from './tree-hash.ts'
import { TreeDamaged, type TreeReader } from './tree-reader.ts'

/**
 * Adds leaves to a tree, and says which files it comes to. Keeps its right edge alone: at most 255 hashes a
 * level, however many leaves there are.
 */
export class TreeWriter {
  /** Hashes of the tile of each level that is not full. */
  readonly #edge: TreeHash[][] = [[]]
  #leaves: Uint8Array[] = []
  #size = 0
  #files: TreeFile[] = []
  #full: string[] = []
  /** How many hashes the last part of each level has that was handed out. */
  #parts: number[] = []

  /** Goes on with a tree of so many leaves. @throws TreeDamaged where leaves and tiles do not match */
  static async from(reader: TreeReader, size: number): Promise<TreeWriter> {
    const writer = new TreeWriter()
    writer.#size = size
    for (let level = 0; TILE_WIDTH ** level <= size; level++) {
      const row = Math.floor(size / TILE_WIDTH ** level)
      const width = row % TILE_WIDTH
      const index = Math.floor(row / TILE_WIDTH)
      writer.#edge[level] = width === 0 ? [] : [...(await reader.tile(level, index))]
      writer.#parts[level] = width
    }
    const width = size % TILE_WIDTH
    writer.#leaves = width === 0 ? [] : [...(await reader.leaves(Math.floor(size / TILE_WIDTH)))]
    const isOwn = writer.#leaves.every((leaf, at) =>
      sameHash(leafHash(leaf), writer.#edge[0]?.[at] as TreeHash),
    )
    if (!isOwn) throw new TreeDamaged('The leaves of the checkpoints do not match their tile')
    return writer
  }

  get size(): number {
    return this.#size
  }

  add(leaf: Uint8Array): void {
    this.#leaves.push(leaf)
    this.#size++
    this.#push(0, leafHash(leaf))
  }

  /** Root of all leaves. */
  root(): TreeHash {
    const parts: TreeHash[] = []
    for (const hashes of this.#edge.toReversed()) {
      for (let from = 0; from < hashes.length; ) {
        const left = hashes.length - from
        const count = left === 1 ? 1 : powerWithin(left)
        parts.push(perfectRoot(hashes.slice(from, from + count)))
        from += count
      }
    }
    return parts.length === 0
      ? emptyRoot()
      : parts.reduceRight((right, left) => nodeHash(left, right))
  }

  /** Files that are full since it was asked last. */
  takeFull(): readonly TreeFile[] {
    const files = this.#files
    this.#files = []
    return files
  }

  /** Files of the edge, which is not full, where they have changed since it was asked last. */
  takeParts(): readonly TreeFile[] {
    const files: TreeFile[] = []
    for (const [level, hashes] of this.#edge.entries()) {
      const width = hashes.length
      if (width === 0 || this.#parts[level] === width) continue
      this.#parts[level] = width
      const index = Math.floor(this.#size / TILE_WIDTH ** (level + 1))
      files.push({ path: tilePath({ level, index, width }), bytes: tileBytes(hashes) })
      if (level > 0) continue
      files.push({ path: bundlePath(index, width), bytes: bundleBytes(this.#leaves) })
    }
    return files
  }

  /** Paths below which there are parts that nobody needs any more, since it was asked last. */
  takeDone(): readonly string[] {
    const done = this.#full
    this.#full = []
    return done
  }

  #push(level: number, hash: TreeHash): void {
    let hashes = this.#edge[level]
    if (hashes === undefined) {
      hashes = []
      this.#edge[level] = hashes
    }
    hashes.push(hash)
    if (hashes.length < TILE_WIDTH) return
    const index = Math.floor(this.#size / TILE_WIDTH ** (level + 1)) - 1
    const width = TILE_WIDTH
    this.#fill(tilePath({ level, index, width }), tileBytes(hashes))
    if (level === 0) {
      this.#fill(bundlePath(index, width), bundleBytes(this.#leaves))
      this.#leaves = []
    }
    this.#edge[level] = []
    this.#parts[level] = 0
    this.#push(level + 1, perfectRoot(hashes))
  }

  #fill(path: string, bytes: Uint8Array): void {
    this.#files.push({ path, bytes })
    this.#full.push(partsPath(path))
  }
}

/** The largest power of two that is not above a number above 1. */
function powerWithin(count: number): number {
  return splitOf(count + 1)
}
