import { HASH_SIZE, type TreeHash } from './tree-hash.ts'

/** Hashes in a full tile, leaves in a full bundle: eight rows of the tree are one (C2SP tlog-tiles). */
export const TILE_WIDTH = 256

/** Where a tile stands. */
export interface TilePlace {
  /** 0 for hashes of leaves; each higher one is eight rows further up. */
  readonly level: number
  readonly index: number
  /** Hashes in it: 1 to 256. */
  readonly width: number
}

export function tilePath({ level, index, width }: TilePlace): string {
  return `tile/${level}/${numberPath(index)}${partOf(width)}`
}

/** Of the leaves whose hashes are in a tile of level 0. */
export function bundlePath(index: number, width: number): string {
  return `tile/entries/${numberPath(index)}${partOf(width)}`
}

/** Below which the parts of a tile stand until it is full. */
export function partsPath(path: string): string {
  return `${path}.p`
}

/** How many hashes of a tile there are in a tree of so many leaves; 0 for none. */
export function widthIn(size: number, level: number, index: number): number {
  const row = Math.floor(size / TILE_WIDTH ** level)
  return Math.max(0, Math.min(TILE_WIDTH, row - index * TILE_WIDTH))
}

function partOf(width: number): string {
  return width === TILE_WIDTH ? '' : `.p/${width}`
}

/** In groups of three digits, an `x` before each but the last: no folder has more than a thousand names. */
function numberPath(index: number): string {
  let path = String(index % 1000).padStart(3, '0')
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${String(rest % 1000).padStart(3, '0')}/${path}`
  }
  return path
}

export function tileBytes(hashes: readonly TreeHash[]): Uint8Array {
  return Buffer.concat(hashes)
}

/** The first `width` hashes of a tile; `null` where there are not so many. */
export function readTile(bytes: Uint8Array, width: number): readonly TreeHash[] | null {
  if (bytes.length % HASH_SIZE !== 0 || bytes.length < width * HASH_SIZE) return null
  return Array.from({ length: width }, (_, at) =>
    bytes.subarray(at * HASH_SIZE, (at + 1) * HASH_SIZE),
  )
}

/** Each leaf behind its length, two bytes. */
export function bundleBytes(leaves: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    leaves.flatMap((leaf) => [Uint8Array.of(leaf.length >> 8, leaf.length & 255), leaf]),
  )
}

/** The first `width` leaves of a bundle; `null` where there are not so many. */
export function readBundle(bytes: Uint8Array, width: number): readonly Uint8Array[] | null {
  const leaves: Uint8Array[] = []
  for (let at = 0; leaves.length < width; ) {
    if (at + 2 > bytes.length) return null
    const length = Number(bytes[at]) * 256 + Number(bytes[at + 1])
    if (at + 2 + length > bytes.length) return null
    leaves.push(bytes.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return leaves
}
