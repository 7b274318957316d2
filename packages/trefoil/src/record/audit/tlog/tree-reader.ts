import type { TreeStore } from '../../../contract/ports/tree-store.ts'
import {
  bundlePath,
  readBundle,
  readTile,
  TILE_WIDTH,
  type TilePlace,
  tilePath,
  widthIn,
} from './tiles.ts'
import { emptyRoot, nodeHash, perfectRoot, splitOf, type TreeHash } from './tree-hash.ts'
import { proveConsistency, proveInclusion } from './tree-proof.ts'

/** Tiles kept while proofs are made: the way from one leaf to the root needs a handful. */
const KEPT = 64

/** A file of the tree is not there, or is not what its name says. */
export class TreeDamaged extends Error {
  override readonly name: string = 'TreeDamaged'
}

/** Reads a tree of so many leaves out of its tiles. Believes them: whoever asks has the root to compare. */
export class TreeReader {
  readonly #store: Pick<TreeStore, 'read'>
  readonly #size: number
  readonly #tiles = new Map<string, readonly TreeHash[]>()

  constructor(store: Pick<TreeStore, 'read'>, size: number) {
    this.#store = store
    this.#size = size
  }

  /** @throws TreeDamaged */
  root(size: number = this.#size): Promise<TreeHash> {
    return this.rootOf(0, size)
  }

  /** Proof that a leaf is in the tree of the first `size` leaves. @throws TreeDamaged */
  inclusion(index: number, size: number = this.#size): Promise<readonly TreeHash[]> {
    return proveInclusion(index, size, (from, to) => this.rootOf(from, to))
  }

  /** Proof that the tree of the first `size` leaves begins with that of the first `old`. @throws TreeDamaged */
  consistency(old: number, size: number = this.#size): Promise<readonly TreeHash[]> {
    return proveConsistency(old, size, (from, to) => this.rootOf(from, to))
  }

  /** Root of the leaves from `from` up to, and without, `to`. @throws TreeDamaged */
  async rootOf(from: number, to: number): Promise<TreeHash> {
    const count = to - from
    if (count <= 0) return emptyRoot()
    let height = 0
    while (2 ** height < count) height++
    if (2 ** height === count && from % count === 0) return this.#perfect(height, from / count)
    const middle = from + splitOf(count)
    return nodeHash(await this.rootOf(from, middle), await this.rootOf(middle, to))
  }

  /** Leaves of a bundle, as many as the tree has. @throws TreeDamaged */
  async leaves(index: number): Promise<readonly Uint8Array[]> {
    const width = widthIn(this.#size, 0, index)
    const path = bundlePath(index, width)
    const leaves = readBundle(await this.#bytes(path, bundlePath(index, TILE_WIDTH)), width)
    if (leaves === null) throw new TreeDamaged(`${path} of the checkpoints is cut off`)
    return leaves
  }

  /** Hashes of a tile, as many as the tree has. @throws TreeDamaged */
  async tile(level: number, index: number): Promise<readonly TreeHash[]> {
    const place: TilePlace = { level, index, width: widthIn(this.#size, level, index) }
    const path = tilePath(place)
    const kept = this.#tiles.get(path)
    if (kept !== undefined) return kept
    const bytes = await this.#bytes(path, tilePath({ ...place, width: TILE_WIDTH }))
    const hashes = readTile(bytes, place.width)
    if (hashes === null) throw new TreeDamaged(`${path} of the checkpoints is cut off`)
    const oldest = this.#tiles.size >= KEPT ? this.#tiles.keys().next().value : undefined
    if (oldest !== undefined) this.#tiles.delete(oldest)
    this.#tiles.set(path, hashes)
    return hashes
  }

  /** The part that belongs to this tree, or the full tile that it has become the beginning of. */
  async #bytes(path: string, full: string): Promise<Uint8Array> {
    const bytes = (await this.#store.read(path)) ?? (await this.#store.read(full))
    if (bytes === null) throw new TreeDamaged(`${path} of the checkpoints is missing`)
    return bytes
  }

  async #perfect(height: number, index: number): Promise<TreeHash> {
    const level = Math.floor(height / 8)
    const count = 2 ** (height % 8)
    const first = index * count
    const hashes = await this.tile(level, Math.floor(first / TILE_WIDTH))
    const at = first % TILE_WIDTH
    return perfectRoot(hashes.slice(at, at + count))
  }
}
