import { Problem, refuse } from '../../../contract/problems/problem.ts'
import type { RpcMessage } from '../message.ts'
import { invalidParams, readMessageCall } from '../message-call.ts'
import { failedCallReply, isAuthProblem } from '../problem-reply.ts'
import { resourceResult } from '../resources/resource-reply.ts'
import type { ActionMethod } from './method.ts'

/** Characters: no URI of ours is longer, and an answer repeats it. */
const LONGEST = 8192
const NO_TEXTS: Readonly<Record<string, never>> = Object.freeze({})

/** Reads a resource, literal or of a template. */
export const resourcesRead: ActionMethod = {
  kind: 'action',
  capability: 'resources',
  find: ({ resources }, message) => {
    const uri = uriOf(message)
    return uri === null || uri.length > LONGEST ? null : resources.find(uri)
  },
  read: ({ params }, { texts }) => {
    const call = readMessageCall(params, texts ?? NO_TEXTS, true)
    return !(call instanceof Problem) && call.options.dryRun
      ? invalidParams('params._meta.dryRun is for tools: reading changes nothing')
      : call
  },
  missing: unknownResource,
  encode: (run, state, answer) => {
    const { message } = run.envelope
    const uri = message === null ? null : uriOf(message)
    // Only messages that name one come here, and none of them is a dry run.
    if (message === null || uri === null || answer === null) return refuse('INTERNAL_ERROR')
    return resourceResult(run, uri, state, answer) ?? unknownResource(message)
  },
  fail: ({ envelope: { era, id, message } }, problem, ids, hasBegun) =>
    failedCallReply(
      message !== null && isNotThere(problem) ? unknownResource(message) : problem,
      era,
      id,
      ids,
      hasBegun,
    ),
}

/**
 * Told in one and the same text of what does not exist, what its handler does not find, and what the caller may not
 * read: whoever tries URIs learns which of them are somebody's from nothing (PW-20). A scope that is missing is said, as
 * of tools, because another token would help. Records say what it was.
 */
export function isNotThere(problem: Problem): boolean {
  if (isAuthProblem(problem)) return false
  return problem.code === 'ACCESS_DENIED' || problem.status === 404
}

function unknownResource(message: RpcMessage): Problem {
  const uri = uriOf(message)
  if (uri === null) return invalidParams('params.uri must be text')
  if (uri.length > LONGEST) return invalidParams(`params.uri has at most ${LONGEST} characters`)
  return refuse('mcp_unknown_resource', { details: { uri } })
}

function uriOf({ params }: RpcMessage): string | null {
  const { uri } = params
  return typeof uri === 'string' ? uri : null
}
