import { promised } from '../../base/promise.ts'
import type { Lease, LimitsPort } from '../../contract/ports/limits.ts'
import type { Problem } from '../../contract/problems/problem.ts'
import type { Stage } from '../stage.ts'
import { callOf } from '../views/handler-call.ts'
import { keepLease } from './admit.ts'

/** Asks the app's limiter about a caller it knows, when it has one. */
export function limitsStage(port: LimitsPort | null): Stage | null {
  if (port === null) return null
  return (state) => {
    const answer = port.take(callOf(state))
    const keep = (given: Lease | Problem | undefined) => keepLease(state, given)
    return promised(answer)?.then(keep) ?? keep(answer as Lease | Problem | undefined)
  }
}
