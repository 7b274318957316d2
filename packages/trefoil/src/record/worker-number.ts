import type { Environment } from '../contract/options/environment.ts'

/** Set by `trefoil run --workers` for each worker: its number, from 1. */
export const WORKER_VARIABLE = 'TREFOIL_WORKER'

/** How many workers serve the app together. */
export const WORKERS_VARIABLE = 'TREFOIL_WORKERS'

/** Which of the processes that serve an app this is, and how many there are. */
export interface WorkerNumber {
  readonly number: number
  readonly of: number
}

/** `null` where `trefoil run --workers` did not start this process. */
export function workerNumber(env: Environment): WorkerNumber | null {
  const number = countIn(env, WORKER_VARIABLE)
  const of = countIn(env, WORKERS_VARIABLE)
  return number === null || of === null ? null : { number, of }
}

function countIn(env: Environment, name: string): number | null {
  const text = env[name]
  return text !== undefined && /^[1-9][0-9]{0,5}$/.test(text) ? Number(text) : null
}
