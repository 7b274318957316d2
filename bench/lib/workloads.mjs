// The workloads: which requests in which order, what a right answer is, what must be refused.
import { w5, w5r } from './list-workload.mjs'
import { w4 } from './mixed-workload.mjs'
import { w1, w2, w2d, w2g, w2r, w2t, w6 } from './order-workloads.mjs'
import { w3h, w3l } from './tool-list-workloads.mjs'
import { w3, w3m } from './tool-workloads.mjs'

/**
 * @typedef {{ method: string, path: string, headers: Record<string, string>, body: string | null }} Request
 * @typedef {{ status: number, headers: Headers, text: string }} Answer
 * @typedef {(answer: Answer, peer: import('./catalogue.mjs').Peer) => string | null} Verdict
 *   what is wrong with the answer of a row
 * @typedef {{ name: string, request: Request, status: number, wrong: Verdict }} Part
 *   one kind of call. The parts of a workload have different statuses: wrk's answers do not say
 *   to which request they belong.
 * @typedef {{
 *   name: string
 *   title: string
 *   before?: readonly Request[]
 *   parts: readonly Part[]
 *   order: readonly number[]
 *   probes: readonly { name: string, request: Request, wrong: Verdict }[]
 * }} Workload `before`: asked first, whatever the
 *   answer. `order`: indices of `parts`, sent over and over.
 */

/** @type {ReadonlyMap<string, Workload>} */
export const workloads = new Map(
  [w1, w2, w2g, w2d, w2r, w2t, w3, w3m, w3l, w3h, w4, w5, w5r, w6].map((one) => [one.name, one]),
)
