import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryTree } from '../../../stores/memory/memory-tree.ts'
import { tilePath } from './tiles.ts'
import { emptyRoot, leafHash, nodeHash, sameHash, type TreeHash } from './tree-hash.ts'
import {
  proveConsistency,
  proveInclusion,
  verifyConsistency,
  verifyInclusion,
} from './tree-proof.ts'
import { TreeReader } from './tree-reader.ts'
import { TreeWriter } from './tree-writer.ts'

/** As RFC 6962 writes it down, with nothing kept. */
function naiveRoot(leaves: readonly Uint8Array[]): TreeHash {
  if (leaves.length === 0) return createHash('sha256').digest()
  if (leaves.length === 1) {
    return createHash('sha256')
      .update(Uint8Array.of(0))
      .update(leaves[0] as Uint8Array)
      .digest()
  }
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return createHash('sha256')
    .update(Uint8Array.of(1))
    .update(naiveRoot(leaves.slice(0, split)))
    .update(naiveRoot(leaves.slice(split)))
    .digest()
}

const hex = (hash: TreeHash) => Buffer.from(hash).toString('hex')
const leafOf = (at: number) => Buffer.from(`leaf ${at}`)
const LEAVES = Array.from({ length: 1100 }, (_, at) => leafOf(at))

async function treeOf(size: number, steps: readonly number[] = []) {
  const store = memoryTree()
  store.open()
  let writer = new TreeWriter()
  for (const step of [...steps, size]) {
    while (writer.size < step) writer.add(leafOf(writer.size))
    store.write([...writer.takeFull(), ...writer.takeParts()])
    // As after a restart: all that goes on is in the files.
    writer = await TreeWriter.from(new TreeReader(store, step), step)
    expect(hex(writer.root())).toBe(hex(naiveRoot(LEAVES.slice(0, step))))
  }
  return { store, reader: new TreeReader(store, size), root: writer.root() }
}

const sizes = fc.integer({ min: 1, max: 1100 })

test('AUD-4: roots, inclusion and consistency are those of RFC 6962, whatever is asked', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, sizes, fc.nat(), async (one, other, pick) => {
      const [old, size] = [Math.min(one, other), Math.max(one, other)]
      const index = pick % old
      const { reader, root } = await treeOf(size, [old])
      expect(hex(await reader.root())).toBe(hex(naiveRoot(LEAVES.slice(0, size))))
      const oldRoot = await reader.root(old)
      expect(hex(oldRoot)).toBe(hex(naiveRoot(LEAVES.slice(0, old))))
      const leaf = leafHash(leafOf(index))
      const inclusion = await reader.inclusion(index)
      expect(verifyInclusion(leaf, index, size, inclusion, root)).toBe(true)
      const consistency = await reader.consistency(old)
      expect(verifyConsistency(old, size, consistency, oldRoot, root)).toBe(true)
      // Another leaf, place, size, root or hash, and it proves nothing.
      const wrong = leafHash(Buffer.from('x'))
      expect(verifyInclusion(wrong, index, size, inclusion, root)).toBe(false)
      expect(verifyInclusion(leaf, index, size, inclusion, wrong)).toBe(false)
      expect(verifyInclusion(leaf, index, size, [...inclusion, wrong], root)).toBe(false)
      if (size > 1) {
        const elsewhere = (index + 1) % size
        expect(verifyInclusion(leaf, elsewhere, size, inclusion, root)).toBe(false)
        expect(verifyInclusion(leaf, index, size, inclusion.slice(1), root)).toBe(false)
        const at = pick % inclusion.length
        expect(verifyInclusion(leaf, index, size, inclusion.with(at, wrong), root)).toBe(false)
      }
      if (old < size) {
        expect(verifyConsistency(old, size, consistency, wrong, root)).toBe(false)
        expect(verifyConsistency(old, size, consistency, oldRoot, wrong)).toBe(false)
        expect(verifyConsistency(old, size, consistency.slice(1), oldRoot, root)).toBe(false)
        const at = pick % consistency.length
        const bent = consistency.with(at, wrong)
        expect(verifyConsistency(old, size, bent, oldRoot, root)).toBe(false)
      }
    }),
    { numRuns: 25 },
  )
})

test('AUD-4: every size around the edges of tiles, each from the files of the one before', async () => {
  await treeOf(770, [1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 767, 768, 769])
})

test('AUD-4: numbers that are none prove nothing', () => {
  const root = leafHash(leafOf(0))
  expect(verifyInclusion(root, 0, 1, [], root)).toBe(true)
  for (const [index, size] of [
    [1, 1],
    [-1, 1],
    [0, 0],
    [0.5, 1],
    [0, Number.NaN],
    [0, 2 ** 60],
  ]) {
    expect(verifyInclusion(root, index as number, size as number, [], root)).toBe(false)
  }
  expect(verifyConsistency(0, 5, [], emptyRoot(), root)).toBe(true)
  expect(verifyConsistency(2, 1, [], root, root)).toBe(false)
  expect(verifyConsistency(1, 2, [], root, nodeHash(root, root))).toBe(false)
})

test('tiles have the names of C2SP tlog-tiles', () => {
  expect(tilePath({ level: 0, index: 0, width: 256 })).toBe('tile/0/000')
  expect(tilePath({ level: 1, index: 1_234_067, width: 8 })).toBe('tile/1/x001/x234/067.p/8')
  expect(sameHash(Uint8Array.of(1), Uint8Array.of(1, 2))).toBe(false)
})

test('AUD-4: of a million entries a proof has at most 20 hashes', async () => {
  const some = async () => leafHash(leafOf(0))
  for (const index of [0, 1, 333_333, 524_287, 524_288, 999_999]) {
    expect((await proveInclusion(index, 1_000_000, some)).length).toBeLessThanOrEqual(20)
    expect((await proveConsistency(index + 1, 1_000_000, some)).length).toBeLessThanOrEqual(21)
  }
})
