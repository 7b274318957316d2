import { isRecord } from '../../../base/plain/is-record.ts'
import type { HttpReply } from '../../../contract/answer/exchange.ts'
import type { QuestionDocument } from '../../../contract/ask/question.ts'
import { isRefusal, type Problem, refuse } from '../../../contract/problems/problem.ts'
import { toJson } from '../../../engine/answer/json-text.ts'
import type { CallState } from '../../../engine/call-state.ts'
import { jsonReply } from '../../agent/json-reply.ts'
import { type ProblemIds, problemBody } from '../../agent/problem-body.ts'
import type { RpcId } from '../message.ts'
import type { MethodRun } from '../methods/method.ts'
import { resultReply } from '../wire/era.ts'

/** A question as it was told, with what was wrong with an answer to it. */
type Told = QuestionDocument & { readonly issues?: readonly { readonly message: string }[] }

const LONGEST_REASON = 300

/**
 * What is said of a call that asks, in the words of the revision: the questions, that the client cannot be asked, or that its
 * state is none.
 *
 * @returns `null` for every other problem
 */
export function askedReply(
  { parts, envelope }: MethodRun,
  problem: Problem,
  state: CallState | null,
  ids: ProblemIds,
): HttpReply | null {
  const { era, id } = envelope
  if (!isRefusal(problem)) return null
  // What the developer's code made has the same code, and asks nothing.
  if (problem.code === 'input_required' && state?.asking?.end() === problem) {
    const { questions, request_state: requestState } = problem.details ?? {}
    if (!isRecord(questions)) return null
    const requests = Object.entries(questions).map(([key, told]) => [key, requestOf(told as Told)])
    const members =
      `"inputRequests":${toJson(Object.fromEntries(requests))},` +
      `"requestState":${JSON.stringify(requestState)}`
    return resultReply(id as RpcId, era.asked(members, parts.server))
  }
  // Only these revisions have a code for it; the others are told as a model is.
  if (problem.code === 'capability_missing' && era.name === 'modern') {
    const { code, message, required_capabilities: requiredCapabilities } = problemBody(problem, ids)
    const data = { requiredCapabilities, problem: code, request_id: ids.requestId }
    return jsonReply(400, { jsonrpc: '2.0', id, error: { code: -32_021, message, data } })
  }
  return null
}

/** A problem of asking as this protocol says it: a bad state in a 200, a missing capability as text for a model. */
export function inWords(problem: Problem): Problem {
  if (!isRefusal(problem)) return problem
  const { code, detail, fix } = problem
  if (code === 'invalid_request_state') return refuse(code, { status: 200, detail, fix })
  if (code === 'capability_missing') return refuse('http_error', { status: 400, detail, fix }, code)
  return problem
}

function requestOf(told: Told): object {
  switch (told.kind) {
    case 'form': {
      const { text, schema: requestedSchema } = told
      const params = { mode: 'form', message: message(text, told), requestedSchema }
      return { method: 'elicitation/create', params }
    }
    case 'visit':
      return {
        method: 'elicitation/create',
        params: { mode: 'url', message: message(told.text, told), url: told.url },
      }
    case 'sample':
      return { method: 'sampling/createMessage', params: told.request }
    case 'roots':
      return { method: 'roots/list' }
  }
}

/** Whoever is asked again wants to know why, and the protocol has no place for it. */
function message(text: string, { issues = [] }: Told): string {
  if (issues.length === 0) return text
  const reasons = issues.map((issue) => issue.message).join('; ')
  return `${text}\n\n(${reasons.slice(0, LONGEST_REASON)})`
}
