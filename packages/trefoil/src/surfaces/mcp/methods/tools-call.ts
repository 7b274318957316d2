import { isRecord } from '../../../base/plain/is-record.ts'
import { refuse } from '../../../contract/problems/problem.ts'
import type { RpcMessage } from '../message.ts'
import { invalidParams, readMessageCall } from '../message-call.ts'
import { toolFailure, toolResult } from '../tool-reply.ts'
import type { ActionMethod } from './method.ts'

const NO_ARGS: Readonly<Record<string, never>> = Object.freeze({})

/** Runs a tool. */
export const toolsCall: ActionMethod = {
  kind: 'action',
  capability: 'tools',
  find: (parts, message) => {
    const name = nameOf(message)
    return name === null ? null : (parts.calls.get(name) ?? null)
  },
  read: ({ params }) => {
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
  encode: ({ parts, envelope, headers }, state, answer) =>
    toolResult(parts, envelope, headers, state, answer),
  fail: ({ parts, envelope, plan }, problem, ids, hasBegun) =>
    toolFailure(parts, envelope, plan.action, problem, ids, hasBegun),
}

function nameOf({ params }: RpcMessage): string | null {
  const { name } = params
  return typeof name === 'string' ? name : null
}
