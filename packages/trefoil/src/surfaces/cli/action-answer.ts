import type { Answer } from '../../contract/answer/answer.ts'
import { Problem, refuse } from '../../contract/problems/problem.ts'
import { isProblemCode } from '../../contract/problems/problems.ts'
import type {
  ActionAnswer,
  ActionReply,
  ProblemEnvelope,
} from '../../contract/protocol/action-protocol.ts'
import type { CallState } from '../../engine/call-state.ts'
import { agentContent, fits } from '../agent/agent-content.ts'
import { dryRunReport } from '../agent/dry-run-report.ts'
import { type ProblemIds, problemBody } from '../agent/problem-body.ts'

/** The public form of a problem (RPC-5). */
export function envelopeOf(problem: Problem, ids: ProblemIds): ProblemEnvelope {
  const error = problemBody(problem, ids)
  const base = { ok: false, status_code: problem.status } as const
  // The program knows the exit codes of the built-in table by itself.
  if (isProblemCode(problem.code)) return { ...base, error }
  return { ...base, exit_code: Problem.rowOf(problem).exit, error }
}

/** For authenticated callers only: a stranger does not learn which actions exist. */
export function unknownAction(action: string): Problem {
  return refuse('unknown_action', { details: { action } })
}

/**
 * What a finished CLI call answers, locally and remotely alike (W-21).
 *
 * @param limit bytes of a result
 */
export function actionAnswer(
  state: CallState,
  answer: Answer | null,
  limit: number,
): ActionAnswer | Problem {
  if (answer === null) return dryRunReport(state)
  const content = agentContent(state, answer)
  const { status: status_code } = answer
  if (content.kind === 'bytes') {
    if (!fits(content.base64, limit)) return refuse('response_too_large')
    const { base64: body, type: media_type } = content
    return reply({ status_code, body, encoding: 'base64', media_type })
  }
  if (!fits(content.text, limit)) return refuse('response_too_large')
  const body: unknown = content.kind === 'json' ? JSON.parse(content.text) : content.text
  return reply({ status_code, body })
}

/** A status of failure is one here as well, in the words of the action (RPC-6). */
function reply(made: Omit<ActionReply, 'ok'>): ActionAnswer {
  return made.status_code < 400 ? { ok: true, ...made } : { ok: false, ...made }
}

/** HTTP status of an answer: 200, or that of a failure (RPC-6). */
export function answerStatus(answer: ActionAnswer): number {
  return answer.ok ? 200 : answer.status_code
}
