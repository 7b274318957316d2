// ADAPT-1, for what is installed: joining modules must not give the main door what only `serve` needs.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const DIST = fileURLToPath(new URL('../../packages/trefoil/dist/', import.meta.url))
const STATIC = /^(?:import|export)\b[^;]*?"([^"]+)";$/gm

/** Every module of Node that must be loaded before a file of the package can run. */
function nodeModulesOf(door: string): readonly string[] {
  const reached = new Set([join(DIST, door)])
  const found = new Set<string>()
  // A set iterates over what is added on the way, too.
  for (const file of reached) {
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(STATIC)) {
      if (specifier.startsWith('.')) reached.add(join(dirname(file), specifier))
      else if (specifier.startsWith('node:')) found.add(specifier)
    }
  }
  return [...found].sort()
}

it.each(['index.js', 'auth.js', 'client.js'])('%s needs nothing of Node but crypto', (door) => {
  expect(nodeModulesOf(door).filter((name) => name !== 'node:crypto')).toEqual([])
})

it('node.js needs more', () => {
  expect(nodeModulesOf('node.js')).toContain('node:process')
})
