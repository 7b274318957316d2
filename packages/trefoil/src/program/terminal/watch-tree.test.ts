import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { watchTree } from './watch-tree.ts'

let root: string
const unwatch: (() => void)[] = []

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'trefoil-watch-')))
})

afterEach(async () => {
  for (const stop of unwatch.splice(0)) stop()
  await rm(root, { recursive: true, force: true })
})

/** Resolves at the next change the watcher reports. */
function nextChange(directory: string): Promise<void> {
  return new Promise((resolve) => {
    unwatch.push(watchTree([directory], resolve))
  })
}

describe('CLI-21: what dev watches', () => {
  test('source files, in directories below too', async () => {
    await mkdir(join(root, 'src', 'deep'), { recursive: true })
    const changed = nextChange(root)
    await writeFile(join(root, 'src', 'deep', 'app.ts'), '1')
    await changed
  })

  test('directories made later', async () => {
    await mkdir(join(root, 'src'))
    // Made and filled at once, a directory may be filled before it is watched; so its
    // source file is written again until the change is seen.
    let isSeen = false
    const changed = nextChange(root).then(() => {
      isSeen = true
    })
    await mkdir(join(root, 'src', 'late'))
    while (!isSeen) await writeFile(join(root, 'src', 'late', 'app.mts'), '1')
    await changed
  })

  test('not installed packages, hidden directories, builds, data and logs', async () => {
    const watched = join(root, 'watched')
    const sentinel = join(root, 'sentinel')
    const ignored = ['node_modules', '.git', 'dist', 'coverage']
    for (const name of ignored) await mkdir(join(watched, name), { recursive: true })
    await mkdir(sentinel)
    let count = 0
    unwatch.push(watchTree([watched], () => count++))
    for (const name of ignored) await writeFile(join(watched, name, 'app.ts'), '1')
    await writeFile(join(watched, 'data.db'), '1')
    await writeFile(join(watched, 'app.log'), '1')
    // Events come in order: when this one is here, those before it have been.
    const changed = nextChange(sentinel)
    await writeFile(join(sentinel, 'app.ts'), '1')
    await changed
    expect(count).toBe(0)
  })

  test('a directory that is not there is none', () => {
    expect(() => watchTree([join(root, 'nope')], () => undefined)()).not.toThrow()
  })
})
