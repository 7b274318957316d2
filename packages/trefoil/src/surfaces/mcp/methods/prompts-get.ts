import { isRecord } from '../../../base/plain/is-record.ts'
import { Problem, refuse } from '../../../contract/problems/problem.ts'
import type { RpcMessage } from '../message.ts'
import { invalidParams, readMessageCall } from '../message-call.ts'
import { failedCallReply } from '../problem-reply.ts'
import { promptResult } from '../prompts/prompt-result.ts'
import type { ActionMethod } from './method.ts'
import { isNotThere } from './resources-read.ts'

const NO_ARGS: Readonly<Record<string, never>> = Object.freeze({})

/** Gets a prompt. */
export const promptsGet: ActionMethod = {
  kind: 'action',
  capability: 'prompts',
  find: ({ prompts }, message) => {
    const name = nameOf(message)
    return name === null ? null : (prompts.byName.get(name)?.target ?? null)
  },
  read: ({ params }) => {
    // Written as null by clients that leave nothing out: not sent (FND-46).
    const args = params['arguments'] ?? NO_ARGS
    if (!isRecord(args)) return invalidParams('params.arguments must be an object')
    const call = readMessageCall(params, args, true)
    return !(call instanceof Problem) && call.options.dryRun
      ? invalidParams('params._meta.dryRun is for tools: a prompt changes nothing')
      : call
  },
  missing: unknownPrompt,
  // Dry runs were refused when the message was read.
  encode: (run, _state, answer) =>
    answer === null ? refuse('INTERNAL_ERROR') : promptResult(run, answer),
  fail: ({ envelope: { era, id, message } }, problem, ids, hasBegun) =>
    // Whoever tries names learns from nothing which of them are somebody's (PW-20).
    failedCallReply(
      message !== null && isNotThere(problem) ? unknownPrompt(message) : problem,
      era,
      id,
      ids,
      hasBegun,
    ),
}

function unknownPrompt(message: RpcMessage): Problem {
  return nameOf(message) === null
    ? invalidParams('params.name must be text')
    : refuse('mcp_unknown_prompt')
}

function nameOf({ params }: RpcMessage): string | null {
  const { name } = params
  return typeof name === 'string' ? name : null
}
