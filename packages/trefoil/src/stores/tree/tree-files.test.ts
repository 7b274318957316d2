import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { treeStoreContract } from '../../testing/contracts/tree-store-contract.ts'
import { memoryTree } from '../memory/memory-tree.ts'
import { TreeFiles } from './tree-files.ts'

const root = mkdtempSync(join(tmpdir(), 'trefoil-tree-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let count = 0
const fresh = () => join(root, `${count++}`, 'tree')

for (const fsync of [true, false]) {
  const files = () => {
    const dir = fresh()
    return () => new TreeFiles({ dir, fsync })
  }
  for (const { name, run } of treeStoreContract(files)) test(`files, fsync ${fsync}: ${name}`, run)
}
const memory = () => {
  const tree = memoryTree()
  return () => tree
}
for (const { name, run } of treeStoreContract(memory)) test(`memory: ${name}`, run)

test('AUD-3: one of two writes, and the other one is told', async () => {
  const dir = fresh()
  const [one, other] = [new TreeFiles({ dir, fsync: false }), new TreeFiles({ dir, fsync: false })]
  expect([await one.open(), await one.open(), await other.open()]).toEqual([true, true, false])
  one.close()
  expect(await other.open()).toBe(true)
  other.close()
})

test('files are for their owner alone, and none is left half written', async () => {
  const dir = fresh()
  const tree = new TreeFiles({ dir, fsync: false })
  await tree.open()
  await tree.write([{ path: 'tile/0/000.p/1', bytes: Buffer.from('a') }])
  expect(statSync(join(dir, 'tile/0/000.p/1')).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(dir, 'tile/0/000.p'))).toEqual(['1'])
  // A crash has left a part of one.
  writeFileSync(join(dir, 'checkpoint.new'), 'half of')
  await tree.write([{ path: 'checkpoint', bytes: Buffer.from('b') }])
  expect(Buffer.from((await tree.read('checkpoint')) ?? []).toString()).toBe('b')
  // Nothing is written through a link.
  symlinkSync(join(root, 'elsewhere'), join(dir, 'streams.new'))
  await expect(tree.write([{ path: 'streams', bytes: Buffer.from('c') }])).rejects.toThrow('ELOOP')
  tree.close()
})

test('a path that leads elsewhere is none', async () => {
  const tree = new TreeFiles({ dir: fresh(), fsync: false })
  for (const path of [
    '',
    '/etc/passwd',
    '../a',
    'a/../b',
    'a//b',
    'a\\b',
    'A',
    'a/',
    '.a',
    'a b',
  ]) {
    await expect(tree.read(path)).rejects.toThrow('is no path in a tree of checkpoints')
  }
  const dir = fresh()
  mkdirSync(join(dir, '..'), { recursive: true })
  writeFileSync(dir, 'a file')
  await expect(new TreeFiles({ dir, fsync: false }).open()).rejects.toThrow()
})
