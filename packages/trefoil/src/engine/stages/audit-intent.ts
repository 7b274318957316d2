import type { AuditPort } from '../../contract/ports/audit.ts'
import type { Stage } from '../stage.ts'

/** Stage 11: what cannot be written down is not done. A throw ends the call (fail closed). */
export function auditIntentStage(audit: AuditPort | null): Stage | null {
  if (audit === null) return null
  return async (call) => {
    await audit.intent(call)
    return undefined
  }
}
