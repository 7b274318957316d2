import type { HttpReply } from '../../contract/answer/exchange.ts'
import { Problem } from '../../contract/problems/problem.ts'
import { jsonReply } from '../agent/json-reply.ts'
import { type ProblemIds, problemBody } from '../agent/problem-body.ts'
import type { RpcId } from './message.ts'
import type { Era } from './wire/era.ts'

const INVALID_REQUEST = -32600
const INVALID_PARAMS = -32602
const INTERNAL_ERROR = -32603

/**
 * A problem that ends the request instead of becoming a tool result: missing credentials and
 * scopes as the OAuth answer an HTTP client understands, everything else as a JSON-RPC error.
 */
export function problemReply(
  problem: Problem,
  era: Era,
  id: RpcId | null,
  ids: ProblemIds,
): HttpReply {
  if (isAuthProblem(problem)) return oauthReply(problem, ids)
  const { mcp } = Problem.rowOf(problem)
  const isRpc = typeof mcp === 'number'
  const { code, message, ...data } = problemBody(problem, ids)
  // A request that a busy or broken server did not answer is no invalid one.
  const other = problem.status >= 500 ? INTERNAL_ERROR : INVALID_REQUEST
  const error = {
    code: isRpc ? era.errorCode(problem, mcp) : other,
    message,
    data: { problem: code, ...data },
  }
  const status = isRpc ? era.errorStatus(problem) : problem.status
  return jsonReply(status, { jsonrpc: '2.0', id, error }, problem.headers)
}

/**
 * The failure of a call whose method knows no failed result (a resource, a prompt): what a tool would say in its result
 * is a JSON-RPC error in a 200, which clients read.
 *
 * @param hasBegun true when a part of the answer is out
 */
export function failedCallReply(
  problem: Problem,
  era: Era,
  id: RpcId | null,
  ids: ProblemIds,
  hasBegun: boolean,
): HttpReply {
  const isChallenge = isAuthProblem(problem)
  if (isChallenge ? !hasBegun : Problem.rowOf(problem).mcp !== 'tool') {
    return problemReply(problem, era, id, ids)
  }
  const { code: name, message, ...data } = problemBody(problem, ids)
  const code = problem.status >= 500 ? INTERNAL_ERROR : INVALID_PARAMS
  // The status is out, and a document of OAuth among events is no message: its client would wait for one for ever.
  const challenge = isChallenge ? problem.headers?.['www-authenticate'] : undefined
  const asked = challenge === undefined ? {} : { www_authenticate: challenge }
  const error = { code, message, data: { problem: name, ...data, ...asked } }
  return jsonReply(200, { jsonrpc: '2.0', id, error }, problem.headers)
}

/** True for what a better token would change: nobody is known, or a scope is missing. */
export function isAuthProblem(problem: Problem): boolean {
  if (problem.code === 'AUTHENTICATION_ERROR') return true
  return problem.code === 'ACCESS_DENIED' && problem.headers?.['www-authenticate'] !== undefined
}

/** True for what was being checked when the time was up: nobody has said that its caller may know of it (P-VIS-1). */
export function isUndecided({ code, details }: Problem): boolean {
  return code === 'TIMEOUT' && details?.['started'] === false
}

/** RFC 6750 §3.1: `null` for a caller that sent no credential, whose answer has no code of an error. */
function oauthError(problem: Problem): string | null {
  if (problem.code === 'ACCESS_DENIED') return 'insufficient_scope'
  // Known, and asked to show it once more (RFC 9470).
  if (problem.details?.['error'] === 'insufficient_user_authentication') {
    return 'insufficient_user_authentication'
  }
  const wasSent = problem.headers?.['www-authenticate']?.includes('error=') === true
  return wasSent ? 'invalid_token' : null
}

/** RFC 6750 §3. */
function oauthReply(problem: Problem, ids: ProblemIds): HttpReply {
  const error = oauthError(problem)
  const body = problemBody(problem, ids)
  if (error === null) return jsonReply(problem.status, body, problem.headers)
  const { message, ...rest } = body
  return jsonReply(problem.status, { ...rest, error, error_description: message }, problem.headers)
}
