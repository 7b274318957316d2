import { type Awaitable, isPromiseLike } from '../base/promise.ts'
import type { ApprovalHook, ApprovalRequest } from '../contract/approval.ts'
import { type Problem, refuse } from '../contract/problem.ts'

/** What an approval decision is about: everything the hook sees, and the token if there is one. */
export interface ApprovalCase extends Omit<ApprovalRequest, 'token'> {
  readonly token: string | null
}

/**
 * Stage 10 (APPR-2): no token means *required* and the hook is not asked; anything but the
 * boolean `true` means *denied* (W-9); a throwing hook denies, because an approval service that
 * is down must not open the gate.
 */
export function decideApproval(
  hook: ApprovalHook,
  request: ApprovalCase,
): Awaitable<Problem | undefined> {
  const { token } = request
  if (token === null) return refuse('approval_required', { details: bound(request) })
  const judge = (approved: unknown) =>
    approved === true ? undefined : refuse('approval_denied', { details: bound(request) })
  const failed = (cause: unknown) => refuse('approval_denied', { details: bound(request), cause })
  try {
    const answer = hook(Object.freeze({ ...request, token }))
    return isPromiseLike(answer) ? answer.then(judge, failed) : judge(answer)
  } catch (cause) {
    return failed(cause)
  }
}

function bound(request: ApprovalCase): Readonly<Record<string, string>> {
  return { action: request.action, arguments_hash: request.argumentsHash }
}
