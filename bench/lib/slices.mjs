import { fileURLToPath } from 'node:url'

import { output } from './generator.mjs'
import { BenchFailure } from './log.mjs'

const CLIENT = fileURLToPath(new URL('slices-load.mjs', import.meta.url))
/** Open connections of a lane. */
export const CONNECTIONS = 32
/** Seconds of a slice: too short for the machine to change its speed in between. */
export const SECONDS = 0.04

/**
 * Puts loads on servers in turn, slice by slice, and takes the processor time of each call. Lanes
 * may be on one server: only one at a time is busy.
 *
 * @param {readonly { name: string, pid: number, load: import('./generator.mjs').Load }[]} lanes
 * @param {number} slices of each lane
 * @param {number | null} core of the client
 * @returns {Promise<number[][]>} microseconds a call, by lane and slice
 * @throws {BenchFailure} for a wrong answer
 */
export async function inSlices(lanes, slices, core) {
  const text = await output(core, [process.execPath, CLIENT], JSON.stringify({ lanes, slices }))
  /** @type {{ micros: number[], bad: number }[]} */
  const results = JSON.parse(text)
  for (const [index, { bad }] of results.entries()) {
    if (bad > 0) throw new BenchFailure(`${lanes[index]?.name}: ${bad} wrong answers`)
  }
  return results.map(({ micros }) => micros)
}
