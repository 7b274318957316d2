import type { AuditPort } from '../../contract/ports/audit.ts'
import type { Stage } from '../stage.ts'
import { auditFactsOf } from '../views/audit-facts.ts'
import { callOf } from '../views/handler-call.ts'

/** What cannot be written down is not done, by any of those who write. A throw ends the call (fail closed). */
export function auditIntentStage(audits: readonly AuditPort[]): Stage | null {
  if (audits.length === 0) return null
  return async (state) => {
    if (state.rehearses) return undefined
    for (const audit of audits) {
      if (state.ended) return undefined
      await audit.intent(callOf(state), auditFactsOf(state))
    }
    return undefined
  }
}
