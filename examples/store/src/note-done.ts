import { currentCall } from 'trefoil/current-call'

/** Writes down what was done, and for whom; after the answer, so that nobody waits for it. */
export function noteDone(what: string, order: string): void {
  const { auth, log } = currentCall()
  log.info({ order, by: auth?.subject ?? null }, what)
}
