import { NotCanonical } from '../../base/json/canonical-json.ts'
import { deepFreeze } from '../../base/plain/freeze.ts'
import { plainCopy } from '../../base/plain/plain-copy.ts'
import { promised } from '../../base/promise.ts'
import { nameAmongAll } from '../../contract/call/action.ts'
import type { Need } from '../../contract/call/need.ts'
import type { ApprovalDecider, ApprovalDecision } from '../../contract/ports/approval-decider.ts'
import { Problem, refuse } from '../../contract/problems/problem.ts'
import { argumentsHash } from '../../policy/arguments-hash.ts'
import { approvalProblem } from '../../policy/hook-decider.ts'
import { callerClass, needsOn } from '../../policy/need.ts'
import type { CallState } from '../call-state.ts'
import { DRY_RUN, type Stage, type StageSite } from '../stage.ts'
import { ApprovalRequestView } from '../views/approval-request.ts'

/**
 * Binds an approval to the arguments exactly as the handler will get them. A dry run ends here,
 * with the hash: nobody is asked, no middleware, dependency or handler runs (RPC-7). Agents may ask
 * for one whether or not the action needs approval.
 */
export function approvalStage({ action, surface, app }: StageSite): Stage | null {
  const met = needsOn(action, surface)
  const asks = met.has('approve') || met.has('confirm')
  // HTTP has no dry run: an action that nobody needs anything for costs nothing there.
  if (!asks && surface === 'api') return null
  const table = asks ? action.need[surface] : null
  return (state) => {
    const { dryRun } = state.inbound
    const needed = table === null ? null : table[callerClass(state.auth)]
    const isAsked = needed !== null && needed.kind !== 'none'
    if (!isAsked && !dryRun) return undefined
    const hash = hashArguments(state)
    if (hash instanceof Problem) return hash
    state.argumentsHash = hash
    return dryRun || needed === null ? DRY_RUN : decide(app.approval, state, hash, needed)
  }
}

function decide(
  decider: ApprovalDecider | null,
  state: CallState,
  hash: string,
  { rule }: Need,
): ReturnType<Stage> {
  const request = new ApprovalRequestView(state, hash)
  const judge = (decision: ApprovalDecision) => {
    if (decision.kind === 'none') return undefined
    if (decision.kind === 'proceed') {
      state.redemption = decision.redemption
      return undefined
    }
    // Whatever else a decider of plain JavaScript answers does not open the gate.
    if (decision.kind !== 'refuse') return failed(new TypeError('A decider answered no decision'))
    state.rule = nameOf(rule)
    return decision.problem
  }
  const failed = (cause: unknown) => {
    state.rule = nameOf(rule)
    return approvalProblem('approval_denied', request, cause)
  }
  // Start-up has refused such an app; whatever else comes here finds no open gate.
  if (decider === null) return failed(new TypeError('Nobody decides'))
  try {
    const decision = decider.decide(request)
    const waiting = promised(decision)
    return waiting === null
      ? judge(decision as ApprovalDecision)
      : waiting.then(judge).then(undefined, failed)
  } catch (cause) {
    return failed(cause)
  }
}

/** What a record calls the rule: one that the action has keeps the name that it had before there were two. */
function nameOf(rule: Need['rule']): string {
  return rule === 'agentWrites' ? rule : 'approval'
}

/**
 * A value that cannot be hashed cannot be approved: refused, never coerced (W-8). What is hashed is read
 * once and handed over as it was read: a proxy could give the handler another value (FND-10).
 */
function hashArguments(state: CallState): string | Problem {
  try {
    state.args = deepFreeze(plainCopy(state.args) as CallState['args'])
    // Of its kind too: what was approved to be read is not called by it (PW-40).
    return argumentsHash(nameAmongAll(state.site.action), state.args)
  } catch (cause) {
    if (!(cause instanceof NotCanonical)) throw cause
    return refuse('VALIDATION_ERROR', {
      detail: `The arguments cannot be hashed for approval: ${cause.message}`,
    })
  }
}
