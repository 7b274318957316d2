import { parseArgs } from 'node:util'

import { peers } from './catalogue.mjs'
import { BenchFailure } from './log.mjs'
import { workloads } from './workloads.mjs'

export const USAGE = `npm run bench -- [options] [w1 w2 w2g w2d w2r w2t w3 w3m w4 w5 w5r]

  --json            one JSON line per workload and server on stdout, nothing else there
  --quick           2 short rounds: a smoke test, not a measurement
  --servers a,b     only these rows (the base row is always added)
  --base NAME       the row of ratio 1.00 (default: node)
  --rounds N        interleaved rounds (default 11)
  --seconds S       length of one slice (default 2)
  --warmup S        length of the warm-up of each server (default 5)
  --connections N   open connections (default 64)
  --generator NAME  wrk or own (default: wrk when it is there)`

/**
 * @typedef {{
 *   json: boolean, quick: boolean, help: boolean, base: string, rounds: number, seconds: number,
 *   warmup: number, connections: number, generator: 'wrk' | 'own' | null,
 *   workloads: string[], servers: string[] | null,
 * }} Options
 */

/** @param {readonly string[]} argv @returns {Options} */
export function readOptions(argv) {
  const { values, positionals } = parse(argv)
  const quick = values.quick === true
  const names = positionals.length > 0 ? positionals : [...workloads.keys()]
  known('workload', names, [...workloads.keys()])
  const base = values.base ?? 'node'
  const servers = values.servers?.split(',').filter((name) => name !== '') ?? null
  const rows = peers.map(({ name }) => name)
  known('server', [base, ...(servers ?? [])], rows)
  if (values.generator !== undefined) known('generator', [values.generator], ['wrk', 'own'])
  return {
    json: values.json === true,
    quick,
    help: values.help === true,
    base,
    rounds: positive('rounds', values.rounds, quick ? 2 : 11),
    seconds: positive('seconds', values.seconds, quick ? 1 : 2),
    warmup: positive('warmup', values.warmup, quick ? 3 : 5),
    connections: positive('connections', values.connections, 64),
    generator: /** @type {'wrk' | 'own' | null} */ (values.generator ?? null),
    workloads: [...new Set(names)],
    servers: servers === null ? null : [...new Set([base, ...servers])],
  }
}

/** @param {readonly string[]} argv */
function parse(argv) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        quick: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        base: { type: 'string' },
        servers: { type: 'string' },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        warmup: { type: 'string' },
        connections: { type: 'string' },
        generator: { type: 'string' },
      },
    })
  } catch (error) {
    throw new BenchFailure(`${/** @type {Error} */ (error).message}\n\n${USAGE}`)
  }
}

/** @param {string} what @param {readonly string[]} names @param {readonly string[]} allowed */
function known(what, names, allowed) {
  for (const name of names) {
    if (!allowed.includes(name)) {
      throw new BenchFailure(`unknown ${what} "${name}"; known: ${allowed.join(', ')}`)
    }
  }
}

/** @param {string} name @param {string | undefined} text @param {number} fallback */
function positive(name, text, fallback) {
  if (text === undefined) return fallback
  const value = Number(text)
  // wrk and the table count whole rounds, seconds and connections.
  if (!Number.isInteger(value) || value < 1) {
    throw new BenchFailure(`--${name} must be a whole number above 0, not "${text}"`)
  }
  return value
}
