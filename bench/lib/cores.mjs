// Server and generator on one core each, when the machine lets us say so.
import { spawnSync } from 'node:child_process'

/** @typedef {{ server: number | null, generator: number | null }} Cores */

/** @returns {Cores} */
export function findCores() {
  const shown = spawnSync('taskset', ['-pc', String(process.pid)], { encoding: 'utf8' })
  const list = /:\s*([0-9,-]+)\s*$/.exec(shown.stdout ?? '')?.[1]
  const cores = list === undefined ? [] : list.split(',').flatMap(expand)
  if (cores.length < 2) return { server: null, generator: null }
  return { server: cores[0] ?? null, generator: cores[1] ?? null }
}

/** @param {number | null} core @param {readonly string[]} command @returns {[string, string[]]} */
export function pinned(core, command) {
  const [program = '', ...args] = command
  return core === null ? [program, args] : ['taskset', ['-c', String(core), program, ...args]]
}

/** `0-3` → 0, 1, 2, 3. @param {string} range */
function expand(range) {
  const [from = 0, to = from] = range.split('-').map(Number)
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
