import { Problem, type ProblemOptions, refuse } from '../contract/problems/problem.ts'
import { isProblemCode, type ProblemCode } from '../contract/problems/problems.ts'
import type { ProblemEnvelope } from '../contract/protocol/action-protocol.ts'

/** The public form of a problem that happened on this side of the wire. */
export function problemEnvelope(problem: Problem): ProblemEnvelope {
  return {
    ok: false,
    status_code: problem.status,
    ...(isProblemCode(problem.code) ? {} : { exit_code: Problem.rowOf(problem).exit }),
    error: {
      ...problem.details,
      code: problem.publicCode,
      message: problem.detail,
      fix: problem.fix,
      ...(problem.issues === undefined ? {} : { issues: problem.issues }),
    },
  }
}

/** Shorthand for the envelope of a row of the table. */
export function refusal(code: ProblemCode, options?: ProblemOptions): ProblemEnvelope {
  return problemEnvelope(refuse(code, options))
}
