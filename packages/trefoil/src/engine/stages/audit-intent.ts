import type { AuditPort } from '../../contract/ports/audit.ts'
import type { Stage } from '../stage.ts'
import { callOf } from '../views/handler-call.ts'

/** What cannot be written down is not done. A throw ends the call (fail closed). */
export function auditIntentStage(audit: AuditPort | null): Stage | null {
  if (audit === null) return null
  return async (state) => {
    if (!state.rehearses) await audit.intent(callOf(state))
    return undefined
  }
}
