import type { Awaitable } from '../../base/promise.ts'
import type { ApprovalRequest } from '../call/approval-hook.ts'
import type { Problem } from '../problems/problem.ts'

/** What an approval is decided on: all that a hook sees, and the token if there is one. */
export interface ApprovalCase extends Omit<ApprovalRequest, 'token'> {
  /** `null` when the caller sent none; never blank. */
  readonly token: string | null
}

/** An approval that lets a call proceed. */
export interface Redemption {
  /** Shown in the record; `null` when the decider knows none. */
  readonly id: string | null
}

/** What whoever decides about an approval answers. */
export type ApprovalDecision =
  /** This call needs no approval. */
  | { readonly kind: 'none' }
  | { readonly kind: 'refuse'; readonly problem: Problem }
  | { readonly kind: 'proceed'; readonly redemption: Redemption }

/** Stage `approval`. A throw refuses: an approval service that is down must not open the gate. */
export interface ApprovalDecider {
  decide(request: ApprovalCase): Awaitable<ApprovalDecision>
}
