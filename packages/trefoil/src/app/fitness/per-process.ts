import type { Catalogue } from '../../contract/call/catalogue.ts'
import { workerNumber } from '../../record/worker-number.ts'
import type { AppConfig } from '../options/app-config.ts'

/** What an app keeps in the memory of one process, and what it then means that several serve it. */
export function keptByEachWorker(
  { actions }: Catalogue,
  { asking, limits, env }: AppConfig,
): readonly { readonly workers: number; readonly message: string }[] {
  const workers = workerNumber(env)?.of ?? 1
  if (workers === 1) return []
  const messages: string[] = []
  if (limits.rateStore === null && actions.some(({ rates }) => rates.length > 0)) {
    messages.push(
      `Each of ${workers} workers counts calls for itself: a caller has up to ${workers} times what a rate says. Give limits.rateStore one that they share`,
    )
  }
  if (limits.inFlight !== null || actions.some(({ concurrency }) => concurrency.length > 0)) {
    messages.push(
      `Places (concurrency, limits.inFlight) are those of one worker: ${workers} workers have ${workers} times as many`,
    )
  }
  if (asking.keys === null && actions.some(({ asks }) => asks)) {
    messages.push(
      `Each of ${workers} workers takes answers to its own questions alone: give asking.keys a ring that they share`,
    )
  }
  if (actions.some(({ cache }) => cache !== null)) {
    messages.push(
      `Each of ${workers} workers keeps answers for itself: what one has forgotten, because it changed, another may still give`,
    )
  }
  return messages.map((message) => ({ workers, message }))
}
