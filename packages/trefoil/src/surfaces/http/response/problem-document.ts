import { isShared, Problem } from '../../../contract/problems/problem.ts'
import type { ProblemRow } from '../../../contract/problems/problem-row.ts'
import { reasonPhrase } from '../../../contract/problems/reason-phrases.ts'
import { toJson } from '../../../engine/answer/json-text.ts'
import type { ProblemIds } from '../../../engine/call-ids.ts'

/**
 * Beginnings of the documents that differ in nothing but the request: what a flood of refused
 * calls is answered with. One for each row of a problem table at most, by the row, because parts of
 * two apps in one process may say different things under one code; and one for each problem that is
 * shared.
 */
const beginnings = new WeakMap<ProblemRow | Problem, string>()

/** The problem as an RFC 9457 document. */
export function problemDocument(problem: Problem, ids: ProblemIds): string {
  const row = Problem.rowOf(problem)
  const plain = isPlain(problem, row)
  if (!plain && !isShared(problem)) return compose(problem, ids)
  const kept = plain ? row : problem
  let beginning = beginnings.get(kept)
  if (beginning === undefined) {
    beginning = compose(problem, NO_IDS).slice(0, -EMPTY_ID_END.length)
    beginnings.set(kept, beginning)
  }
  const { requestId, trace } = ids
  const end = trace ? `,"trace_id":"${trace.traceId}"}` : '}'
  return `${beginning}${JSON.stringify(requestId)}${end}`
}

const NO_IDS: ProblemIds = { requestId: '' }
const EMPTY_ID_END = '""}'

/** True when a problem says what its row says and no more. */
function isPlain(problem: Problem, row: ProblemRow): boolean {
  const { code, publicCode, status, detail, fix, issues, details } = problem
  return (
    issues === undefined &&
    details === undefined &&
    publicCode === code &&
    status === row.status &&
    detail === row.text &&
    fix === row.fix
  )
}

function compose(problem: Problem, { requestId, trace }: ProblemIds): string {
  const { status, detail, publicCode: code, fix, issues, details } = problem
  // By the rule of every answer: what has no JSON form must not leave as `{}` (FND-5).
  return toJson({
    ...details,
    type: `urn:trefoil:problem:${code}`,
    title: reasonPhrase(status),
    status,
    detail,
    code,
    fix,
    request_id: requestId,
    ...(trace ? { trace_id: trace.traceId } : {}),
    ...(issues === undefined ? {} : { issues }),
  })
}
