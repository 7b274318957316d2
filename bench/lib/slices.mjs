import { fileURLToPath } from 'node:url'

import { output } from './generator.mjs'
import { BenchFailure } from './log.mjs'

const CLIENT = fileURLToPath(new URL('slices-load.mjs', import.meta.url))
/** Open connections of a lane. */
export const CONNECTIONS = 32
/** Seconds of a slice: too short for the machine to change its speed in between. */
export const SECONDS = 0.04

/**
 * @typedef {{ micros: number[], p99Ms: number }} LaneResult
 *   `micros`: of the server's processor, a call, by slice; `p99Ms`: of the waits of all calls
 */

/**
 * Puts loads on servers in turn, slice by slice, and takes the processor time of each call. Lanes
 * may be on one server: only one at a time is busy.
 *
 * @param {readonly { name: string, pid: number, load: import('./generator.mjs').Load }[]} lanes
 * @param {number} slices of each lane
 * @param {number | null} core of the client
 * @returns {Promise<LaneResult[]>}
 * @throws {BenchFailure} for a wrong answer
 */
export async function inSlices(lanes, slices, core) {
  const text = await output(core, [process.execPath, CLIENT], JSON.stringify({ lanes, slices }))
  /** @type {(LaneResult & { bad: number })[]} */
  const results = JSON.parse(text)
  for (const [index, { bad }] of results.entries()) {
    if (bad > 0) throw new BenchFailure(`${lanes[index]?.name}: ${bad} wrong answers`)
  }
  return results
}
