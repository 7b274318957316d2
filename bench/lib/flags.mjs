import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'

import { peers } from './catalogue.mjs'
import { BenchFailure, note } from './log.mjs'

const DIST = new URL('../../packages/trefoil/dist/index.js', import.meta.url)

/**
 * The few options of the small benches: `--json`, `--quick`, `--servers a,b`, `--base NAME`
 * where servers are compared, and numbers such as `--rounds N`.
 *
 * @template {string} Name
 * @param {Record<Name, { full: number, quick: number }>} numbers what they are when none is given
 * @param {{ allowed: readonly string[], usual: readonly string[], takesBase?: boolean }} [servers]
 * @param {(text: string) => boolean} [isArgument] for benches that take arguments besides
 * @returns {{ arguments: string[], json: boolean, quick: boolean, base: string | null, servers: import('./catalogue.mjs').Peer[] } & Record<Name, number>}
 * @throws {BenchFailure} naming what was wrong
 */
export function readFlags(numbers, servers = { allowed: [], usual: [] }, isArgument = () => false) {
  const names = /** @type {Name[]} */ (Object.keys(numbers))
  const { values, positionals } = parse(names, servers.takesBase === true)
  const unknown = positionals.find((text) => !isArgument(text))
  if (unknown !== undefined) throw new BenchFailure(`unknown argument "${unknown}"`)
  const quick = values.quick === true
  const chosen = names.map((name) => {
    const text = values[name]
    const given = Number(text ?? numbers[name][quick ? 'quick' : 'full'])
    if (text !== undefined && (!Number.isInteger(given) || given < 1)) {
      throw new BenchFailure(`--${name} must be a whole number above 0`)
    }
    return [name, given]
  })
  const base = values.base ?? null
  const chosenServers = values.servers?.split(',').filter((name) => name !== '') ?? servers.usual
  // Ratios to the base stand beside those to `node`, so both take part, `node` as the first.
  const list = base === null ? chosenServers : [...new Set(['node', base, ...chosenServers])]
  return {
    arguments: positionals,
    json: values.json === true,
    quick,
    base,
    servers: findPeers(list, servers.allowed),
    ...Object.fromEntries(chosen),
  }
}

/** @param {readonly string[]} names @param {boolean} takesBase */
function parse(names, takesBase) {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        quick: { type: 'boolean' },
        servers: { type: 'string' },
        ...(takesBase ? { base: { type: 'string' } } : {}),
        ...Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
      },
    })
  } catch (error) {
    throw new BenchFailure(/** @type {Error} */ (error).message)
  }
}

/** @param {readonly string[]} names @param {readonly string[]} allowed */
function findPeers(names, allowed) {
  const found = []
  for (const name of names) {
    const peer = peers.find((one) => one.name === name)
    if (peer === undefined || !allowed.includes(name)) {
      throw new BenchFailure(`unknown server "${name}"; known: ${allowed.join(', ')}`)
    }
    if (peer.file === 'trefoil.mjs' && !existsSync(DIST)) {
      note(`warning: trefoil is not built, ${name} is left out`)
    } else found.push(peer)
  }
  return found
}
