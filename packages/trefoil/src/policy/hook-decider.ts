import { type Awaitable, promised } from '../base/promise.ts'
import type { ApprovalHook, ApprovalRequest } from '../contract/call/approval-hook.ts'
import type { SurfaceName } from '../contract/call/surface-name.ts'
import type {
  ApprovalCase,
  ApprovalDecider,
  ApprovalDecision,
} from '../contract/ports/approval-decider.ts'
import { type Problem, refuse } from '../contract/problems/problem.ts'

const APPROVED: ApprovalDecision = Object.freeze({
  kind: 'proceed',
  redemption: Object.freeze({ id: null }),
})

/**
 * The app's approval hook as a decider (APPR-2): no token means *required* and the hook is not
 * asked; anything but the boolean `true` means *denied* (W-9); a throwing hook denies, because an
 * approval service that is down must not open the gate.
 */
export function hookDecider(hook: ApprovalHook): ApprovalDecider {
  return {
    decide(request) {
      const { token } = request
      if (token === null) return refused('approval_required', request)
      const judge = (approved: unknown) =>
        approved === true ? APPROVED : refused('approval_denied', request)
      const failed = (cause: unknown) => refused('approval_denied', request, cause)
      try {
        // A case with a token is all that a hook is asked about.
        const answer: Awaitable<unknown> = hook(request as ApprovalRequest)
        return promised(answer)?.then(judge, failed) ?? judge(answer)
      } catch (cause) {
        return failed(cause)
      }
    },
  }
}

function refused(
  code: 'approval_required' | 'approval_denied',
  request: ApprovalCase,
  cause?: unknown,
): ApprovalDecision {
  return { kind: 'refuse', problem: approvalProblem(code, request, cause) }
}

const REPEAT = 'Have `arguments_hash` approved and repeat the same call'

/** Where the token goes, in the words of the surface. */
const FIXES: Readonly<Record<SurfaceName, string>> = {
  api: `${REPEAT} with the approval token in the header \`Approval-Token\`.`,
  mcp: `${REPEAT} with the approval token as \`approval_token\` in \`_meta\` of the params.`,
  cli: `${REPEAT} with the approval token: \`--approval <token>\`, or \`approval_token\` in the request.`,
}

/** A refusal of the approval stage, with what it was bound to. */
export function approvalProblem(
  code: 'approval_required' | 'approval_denied',
  request: Pick<ApprovalCase, 'action' | 'argumentsHash' | 'source'>,
  cause?: unknown,
): Problem {
  const details = { action: request.action, arguments_hash: request.argumentsHash }
  const fix = code === 'approval_required' ? FIXES[request.source] : undefined
  return refuse(code, { details, cause, fix })
}
