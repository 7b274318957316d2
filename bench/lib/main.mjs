import { existsSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'

import { peers } from './catalogue.mjs'
import { findCores } from './cores.mjs'
import { createGenerator } from './generator.mjs'
import { BenchFailure, note } from './log.mjs'
import { measure } from './measure.mjs'
import { readOptions, USAGE } from './options.mjs'
import { jsonLine, table } from './report.mjs'
import { workloads } from './workloads.mjs'

const DIST = new URL('../../packages/trefoil/dist/index.js', import.meta.url)

/** @param {readonly string[]} argv @returns {Promise<number>} the exit code */
export async function main(argv) {
  try {
    const options = readOptions(argv)
    if (options.help) {
      process.stdout.write(`${USAGE}\n`)
      return 0
    }
    await run(options)
    return 0
  } catch (error) {
    note(error instanceof BenchFailure ? `bench: ${error.message}` : String(error?.stack ?? error))
    return 1
  }
}

/** @param {import('./options.mjs').Options} options */
async function run(options) {
  const available = rowsToMeasure(options)
  const cores = findCores()
  const generator = createGenerator(options.generator, cores.generator)
  describe(options, generator.name, cores)
  try {
    for (const name of options.workloads) {
      const workload = /** @type {import('./workloads.mjs').Workload} */ (workloads.get(name))
      const taking = available.filter((peer) => peer.workloads.includes(name))
      if (!taking.some((peer) => peer.name === options.base)) {
        throw new BenchFailure(`${options.base} takes no part in ${name}`)
      }
      if (taking.length === 1 && options.servers?.length !== 1)
        note(`${name}: nobody but ${options.base}`)
      const rows = await measure(workload, taking, options, generator, cores)
      const report = table(workload, rows)
      if (options.json) {
        note(report)
        for (const row of rows) process.stdout.write(`${jsonLine(name, row, options.base)}\n`)
      } else process.stdout.write(`${report}\n`)
    }
  } finally {
    generator.close()
  }
}

/** @param {import('./options.mjs').Options} options */
function rowsToMeasure({ servers }) {
  const wanted = peers.filter((peer) => servers === null || servers.includes(peer.name))
  const unbuilt = (/** @type {import('./catalogue.mjs').Peer} */ { file }) => file === 'trefoil.mjs'
  if (existsSync(DIST) || !wanted.some(unbuilt)) return wanted
  if (servers !== null) throw new BenchFailure('trefoil is not built: run `npm run build` first')
  note('warning: trefoil is not built and is left out')
  return wanted.filter((peer) => !unbuilt(peer))
}

/** @param {import('./options.mjs').Options} options @param {string} generator @param {import('./cores.mjs').Cores} cores */
function describe({ rounds, seconds, connections, quick }, generator, cores) {
  const place =
    cores.server === null
      ? 'not pinned (taskset or a second core is missing)'
      : `server on core ${cores.server}, generator on core ${cores.generator}`
  note(`node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown CPU'}`)
  note(
    `generator ${generator}, ${connections} connections, ${rounds} rounds of ${seconds} s; ${place}`,
  )
  if (quick) note('quick: good for seeing that it works, not for numbers')
}
