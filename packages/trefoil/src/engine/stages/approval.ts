import { NotCanonical } from '../../base/canonical-json.ts'
import type { ApprovalHook } from '../../contract/approval.ts'
import { Problem, refuse } from '../../contract/problem.ts'
import { decideApproval } from '../../policy/approval.ts'
import { argumentsHash } from '../../policy/arguments-hash.ts'
import { DryRun } from '../dry-run.ts'
import type { RunningCall } from '../running-call.ts'
import type { Stage } from '../stage.ts'

/**
 * Stage 10: binds an approval to the arguments exactly as the handler will get them. A dry run
 * ends here, with the hash: no hook, no middleware, no dependency, no handler (RPC-7).
 *
 * @param hook `null` where the action needs no approval; the stage then serves dry runs only
 */
export function approvalStage(hook: ApprovalHook | null): Stage {
  return (call) => {
    const { approvalToken: token, dryRun } = call['~inbound']
    if (hook === null && !dryRun) return undefined
    const hash = hashArguments(call)
    if (hash instanceof Problem) return hash
    call['~argumentsHash'] = hash
    if (dryRun || hook === null) return new DryRun()
    return decideApproval(hook, {
      action: call.action.name,
      argumentsHash: hash,
      args: call.args,
      token,
      auth: call.auth,
      source: call.source,
      entrypoint: call.entrypoint,
      requestId: call.requestId,
    })
  }
}

/** A value that cannot be hashed cannot be approved: refused, never coerced (W-8). */
function hashArguments(call: RunningCall): string | Problem {
  try {
    return argumentsHash(call.action.name, call.args)
  } catch (cause) {
    if (!(cause instanceof NotCanonical)) throw cause
    return refuse('VALIDATION_ERROR', {
      detail: `The arguments cannot be hashed for approval: ${cause.message}`,
    })
  }
}
