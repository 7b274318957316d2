import { isRecord } from '../../../base/plain/is-record.ts'
import { refuse } from '../../../contract/problems/problem.ts'
import type { RpcMessage } from '../message.ts'
import { invalidParams, readMessageCall } from '../message-call.ts'
import { toolFailure, toolResult } from '../tool-reply.ts'
import { answerSearch, isSearch } from '../tool-search/answer-search.ts'
import { innerCall } from '../tool-search/inner-call.ts'
import type { ActionMethod } from './method.ts'

const NO_ARGS: Readonly<Record<string, never>> = Object.freeze({})

/** Runs a tool. */
export const toolsCall: ActionMethod = {
  kind: 'action',
  capability: 'tools',
  find: (parts, message) => {
    const inner = parts.searches ? innerCall(message) : null
    const name = nameOf(inner ?? message)
    const target = name === null ? null : (parts.calls.get(name) ?? null)
    // A gateway has seen the headers of another tool: what it would route and filter by was not there to compare.
    return inner !== null && target !== null && target.headers !== null ? null : target
  },
  read: (message, { plan }) => {
    // By another name than its own it was found through `call_action`.
    const isDirect = nameOf(message) === plan.action.name
    const { params } = isDirect ? message : (innerCall(message) ?? message)
    // Written as null by clients that leave nothing out: not sent (FND-46).
    const args = params['arguments'] ?? NO_ARGS
    return isRecord(args)
      ? readMessageCall(params, args, false)
      : invalidParams('params.arguments must be an object')
  },
  missing: (message) =>
    nameOf(message) === null
      ? invalidParams('params.name must be text')
      : refuse('mcp_unknown_tool'),
  instead: (asked) =>
    asked.parts.searches && isSearch(nameOf(asked.message)) ? answerSearch(asked) : null,
  encode: ({ parts, envelope, headers }, state, answer) =>
    toolResult(parts, envelope, headers, state, answer),
  fail: ({ parts, envelope, plan }, problem, ids, hasBegun) =>
    toolFailure(parts, envelope, plan.action, problem, ids, hasBegun),
}

function nameOf({ params }: RpcMessage): string | null {
  const { name } = params
  return typeof name === 'string' ? name : null
}
