import { isPromiseLike } from '../../base/promise.ts'
import type { Outcome } from '../../contract/call/outcome.ts'
import type { Lease } from '../../contract/ports/limits.ts'
import type { CallState } from '../call-state.ts'

/**
 * Gives a place back. A failure is logged and changes nothing: a limiter whose store is gone must
 * not end the process by a rejection that nobody waits for, which any caller could bring about.
 */
export function releaseLease(state: CallState, lease: Lease, outcome: Outcome): void {
  const failed = (err: unknown) => state.log.error({ err }, 'A lease could not be released')
  try {
    // JavaScript ports, and `async` ones by their type, may return a promise.
    const releasing: unknown = lease.release(outcome)
    if (isPromiseLike(releasing)) releasing.then(undefined, failed)
  } catch (error) {
    failed(error)
  }
}
