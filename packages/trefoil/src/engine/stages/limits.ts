import type { LimitsPort } from '../../contract/ports/limits.ts'
import type { Stage } from '../stage.ts'

/** Stage 6: asks the app's limiter, when it has one. */
export function limitsStage(limits: LimitsPort | null): Stage | null {
  return limits === null ? null : (call) => limits.admit(call)
}
