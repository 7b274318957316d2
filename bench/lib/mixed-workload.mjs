// W4: reads, writes, misses and refused callers in one fixed, shuffled order.
import { bothProbes, createPart, missingPart, readPart, refusedPart } from './order-workloads.mjs'

const LENGTH = 1000
const SHARES = [0.7, 0.2, 0.05, 0.05]

/** @type {import('./workloads.mjs').Workload} */
export const w4 = {
  name: 'w4',
  title: 'mixed: 70 % W1, 20 % W2, 5 % 404, 5 % refused with 401',
  parts: [readPart, createPart, missingPart, refusedPart('foreign signature')],
  order: shuffled(SHARES.flatMap((share, part) => Array(Math.round(share * LENGTH)).fill(part))),
  probes: bothProbes,
}

/**
 * Fisher and Yates with a generator of fixed seed: every run, every server and both load
 * generators see the same order.
 *
 * @param {readonly number[]} values
 */
function shuffled(values) {
  const result = [...values]
  let state = 4711
  for (let last = result.length - 1; last > 0; last--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const other = Math.floor((state / 2 ** 32) * (last + 1))
    const kept = /** @type {number} */ (result[last])
    result[last] = /** @type {number} */ (result[other])
    result[other] = kept
  }
  return result
}
