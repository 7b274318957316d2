import type { LimitsPort } from '../../contract/ports/limits.ts'
import type { Stage } from '../stage.ts'
import { callOf } from '../views/handler-call.ts'
import { askLimiters } from './admit.ts'

/** Asks the app's limiters about a caller it knows, when it has any. */
export function limitsStage(ports: readonly LimitsPort[]): Stage | null {
  return askLimiters(ports, (port, state) => port.take(callOf(state)))
}
