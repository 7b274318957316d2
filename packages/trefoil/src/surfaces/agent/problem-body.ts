import type { Problem } from '../../contract/problems/problem.ts'
import type { ProblemEnvelope } from '../../contract/protocol/action-protocol.ts'

/** The public members of a problem, as MCP and the CLI show them. */
export function problemBody(problem: Problem, requestId: string): ProblemEnvelope['error'] {
  const { publicCode: code, detail: message, fix, issues, details } = problem
  return {
    ...details,
    code,
    message,
    fix,
    request_id: requestId,
    ...(issues === undefined ? {} : { issues }),
  }
}
