import { isRecord } from '../../base/plain/is-record.ts'
import { Problem, refuse } from '../../contract/problems/problem.ts'
import { type AgentOptions, NO_AGENT_OPTIONS } from '../agent/endpoint-inbound.ts'

/** What a message asks of an action, arguments still raw. */
export interface MessageCall {
  readonly args: Readonly<Record<string, unknown>>
  /** True for arguments that travelled as text, whatever they are: read by the rules of a query. */
  readonly areTexts: boolean
  readonly options: AgentOptions
  /** What a client that wants to hear of progress calls this request by; `null` for none. */
  readonly progressToken: ProgressToken | null
}

/** Chosen by the client, and sent back with every notification. */
export type ProgressToken = string | number

/** Characters: it goes back with each notification, so a long one would be paid for ten times a second. */
const LONGEST_TOKEN = 1_024

/** A problem of `params`, which both eras answer in a 200. */
export function invalidParams(detail: string): Problem {
  return refuse('mcp_invalid_params', { status: 200, detail })
}

/**
 * Reads what `_meta` says of a call (MCP-11).
 *
 * @param params of the message
 * @param args of the action
 */
export function readMessageCall(
  params: Readonly<Record<string, unknown>>,
  args: Readonly<Record<string, unknown>>,
  areTexts: boolean,
): MessageCall | Problem {
  // Optional members: clients that write null for what they do not send mean that (FND-46). Not of a dry
  // run, which is there to run nothing.
  const meta = params['_meta'] ?? undefined
  if (meta === undefined) return { args, areTexts, options: NO_AGENT_OPTIONS, progressToken: null }
  if (!isRecord(meta)) return invalidParams('params._meta must be an object')
  const progressToken = meta['progressToken'] ?? null
  if (progressToken !== null && !isProgressToken(progressToken)) {
    return invalidParams(
      `params._meta.progressToken must be an integer, or text of at most ${LONGEST_TOKEN} characters`,
    )
  }
  const options = readOptions(meta)
  return options instanceof Problem ? options : { args, areTexts, options, progressToken }
}

function readOptions(meta: Readonly<Record<string, unknown>>): AgentOptions | Problem {
  const token = meta['approvalToken'] ?? meta['approval_token'] ?? null
  // Both spellings of both: one that was not understood would run for good. Where they disagree the
  // call is a rehearsal: it can be repeated, what was done cannot be taken back.
  const { dry_run: other = false, dryRun: own = false } = meta
  if (token !== null && (typeof token !== 'string' || token.trim() === '')) {
    return invalidParams('Invalid approval token')
  }
  if (typeof own !== 'boolean' || typeof other !== 'boolean') {
    return invalidParams('params._meta.dryRun must be true or false')
  }
  const dryRun = own || other
  return token === null && !dryRun ? NO_AGENT_OPTIONS : { approvalToken: token, dryRun }
}

function isProgressToken(token: unknown): token is ProgressToken {
  return typeof token === 'string' ? token.length <= LONGEST_TOKEN : Number.isSafeInteger(token)
}
