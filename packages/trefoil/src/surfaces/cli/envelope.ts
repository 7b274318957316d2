import type { Awaitable } from '../../base/promise.ts'
import { isPromiseLike } from '../../base/promise.ts'
import type { ActionAnswer, ProblemEnvelope } from '../../contract/action-protocol.ts'
import type { Outcome } from '../../contract/outcome.ts'
import { Problem, refuse } from '../../contract/problem.ts'
import { type CollectedValue, collectValue } from '../../engine/answer/collect-value.ts'
import { DryRun } from '../../engine/dry-run.ts'
import type { RunningCall } from '../../engine/running-call.ts'
import { dryRunReport } from '../agent/dry-run-report.ts'
import { problemBody } from '../agent/problem-body.ts'

/** The public form of a problem (RPC-5). */
export function problemEnvelope(problem: Problem, requestId: string): ProblemEnvelope {
  return { ok: false, status_code: problem.status, error: problemBody(problem, requestId) }
}

/** For authenticated callers only: a stranger does not learn which actions exist. */
export function unknownAction(action: string): Problem {
  return refuse('unknown_action', { details: { action } })
}

/** What a finished CLI call answers, locally and remotely alike (W-21). */
export function actionAnswer(
  call: RunningCall,
  outcome: Outcome,
  limit: number,
): Awaitable<ActionAnswer> {
  if (!outcome.ok) {
    return outcome.problem instanceof DryRun
      ? dryRunReport(call)
      : problemEnvelope(outcome.problem, call.requestId)
  }
  const { value, reply } = outcome
  const empty = value === undefined || value === null
  const status = reply?.status ?? call['~plan'].action.status ?? (empty ? 204 : 200)
  const wrap = (collected: CollectedValue | Problem): ActionAnswer => {
    if (collected instanceof Problem) return problemEnvelope(collected, call.requestId)
    const body: unknown = collected.isJson ? JSON.parse(collected.text) : collected.text
    return { ok: true, status_code: status, body }
  }
  const collected = collectValue(call, value, limit)
  return isPromiseLike(collected) ? collected.then(wrap) : wrap(collected)
}

/** HTTP status of an answer: 200 unless it is a problem (RPC-6). */
export function answerStatus(answer: ActionAnswer): number {
  return answer.ok ? 200 : answer.status_code
}
