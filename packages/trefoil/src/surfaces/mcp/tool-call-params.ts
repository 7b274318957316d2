import { isRecord } from '../../base/plain/is-record.ts'
import { type Problem, refuse } from '../../contract/problems/problem.ts'
import { type AgentOptions, NO_AGENT_OPTIONS } from '../agent/endpoint-inbound.ts'
import type { RpcMessage } from './message.ts'

/** What `tools/call` asks for, arguments still raw. */
export interface ToolCallParams {
  readonly args: Readonly<Record<string, unknown>>
  readonly options: AgentOptions
  /** What a client that wants to hear of progress calls this request by; `null` for none. */
  readonly progressToken: ProgressToken | null
}

/** Chosen by the client, and sent back with every notification. */
export type ProgressToken = string | number

/** Characters: it goes back with each notification, so a long one would be paid for ten times a second. */
const LONGEST_TOKEN = 1_024

const NO_ARGS: Readonly<Record<string, never>> = Object.freeze({})

/** Name of the tool a message wants to call; `null` when it is no tool call. */
export function toolNameOf(message: RpcMessage): string | null {
  const name = message.method === 'tools/call' ? message.params['name'] : null
  return typeof name === 'string' ? name : null
}

/** Reads the params of `tools/call` (MCP-11). */
export function readToolCallParams({ params }: RpcMessage): ToolCallParams | Problem {
  // Optional members: clients that write null for what they do not send mean that (FND-46). Not of a dry
  // run, which is there to run nothing.
  const args = params['arguments'] ?? NO_ARGS
  const meta = params['_meta'] ?? undefined
  if (!isRecord(args)) {
    return refuse('mcp_invalid_params', {
      status: 200,
      detail: 'params.arguments must be an object',
    })
  }
  if (meta === undefined) return { args, options: NO_AGENT_OPTIONS, progressToken: null }
  if (!isRecord(meta))
    return refuse('mcp_invalid_params', { status: 200, detail: 'params._meta must be an object' })
  const progressToken = meta['progressToken'] ?? null
  if (progressToken !== null && !isProgressToken(progressToken)) {
    return refuse('mcp_invalid_params', {
      status: 200,
      detail: `params._meta.progressToken must be an integer, or text of at most ${LONGEST_TOKEN} characters`,
    })
  }
  const token = meta['approvalToken'] ?? meta['approval_token'] ?? null
  // Both spellings of both: one that was not understood would run for good. Where they disagree the
  // call is a rehearsal: it can be repeated, what was done cannot be taken back.
  const { dry_run: other = false, dryRun: own = false } = meta
  if (token !== null && (typeof token !== 'string' || token.trim() === '')) {
    return refuse('mcp_invalid_params', { status: 200, detail: 'Invalid approval token' })
  }
  if (typeof own !== 'boolean' || typeof other !== 'boolean') {
    return refuse('mcp_invalid_params', {
      status: 200,
      detail: 'params._meta.dryRun must be true or false',
    })
  }
  const dryRun = own || other
  const options = token === null && !dryRun ? NO_AGENT_OPTIONS : { approvalToken: token, dryRun }
  return { args, options, progressToken }
}

function isProgressToken(token: unknown): token is ProgressToken {
  return typeof token === 'string' ? token.length <= LONGEST_TOKEN : Number.isSafeInteger(token)
}
