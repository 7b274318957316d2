import type { Problem } from '../../contract/problems/problem.ts'
import type { ProblemEnvelope } from '../../contract/protocol/action-protocol.ts'
import type { ProblemIds } from '../../engine/call-ids.ts'

export type { ProblemIds } from '../../engine/call-ids.ts'

/** The public members of a problem, as MCP and the CLI show them. */
export function problemBody(
  problem: Problem,
  { requestId, trace }: ProblemIds,
): ProblemEnvelope['error'] {
  const { publicCode: code, detail: message, fix, issues, details } = problem
  return {
    ...details,
    code,
    message,
    fix,
    request_id: requestId,
    ...(trace ? { trace_id: trace.traceId } : {}),
    ...(issues === undefined ? {} : { issues }),
  }
}
