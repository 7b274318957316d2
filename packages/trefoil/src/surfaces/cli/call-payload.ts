import { isRecord } from '../../base/is-record.ts'
import { readStrictJson, type StrictJsonLimits } from '../../base/strict-json.ts'
import { refuseJson } from '../../contract/json-problem.ts'
import { type Problem, refuse } from '../../contract/problem.ts'
import type { AgentOptions } from '../agent/endpoint-inbound.ts'

/** A call as sent, with what was wrong with it kept until the caller is authenticated. */
export interface CallPayload {
  /** The routing bit; `null` when it could not be read. */
  readonly action: string | null
  readonly args: Readonly<Record<string, unknown>>
  readonly options: AgentOptions
  readonly problem: Problem | null
}

/** `arguments` stands around what HTTP has as its body (ABIND-12). */
export const LEVELS_AROUND = 1

const NOTHING = { args: {}, options: { approvalToken: null, dryRun: false } } as const

/**
 * Reads the body of the call endpoint, problems in the order of RPC-4. Never throws.
 *
 * @param limits those of the arguments, and {@link LEVELS_AROUND}
 */
export function readCallPayload(bytes: Uint8Array, limits: StrictJsonLimits): CallPayload {
  const parsed = parse(bytes, limits)
  if ('problem' in parsed) return { ...NOTHING, action: null, problem: parsed.problem }
  const { action, arguments: args = {} } = parsed.payload
  // Both spellings of both: one that was not understood would run for good.
  const { dryRun: other = false, dry_run: dryRun = other } = parsed.payload
  const token = parsed.payload['approval_token'] ?? parsed.payload['approvalToken']
  if (typeof action !== 'string' || action === '') {
    return { ...NOTHING, action: null, problem: refuse('invalid_action') }
  }
  const wrong = (code: 'invalid_arguments' | 'invalid_dry_run' | 'invalid_approval') => ({
    ...NOTHING,
    action,
    problem: refuse(code),
  })
  if (!isRecord(args)) return wrong('invalid_arguments')
  if (typeof dryRun !== 'boolean') return wrong('invalid_dry_run')
  if (token !== undefined && (typeof token !== 'string' || token.trim() === '')) {
    return wrong('invalid_approval')
  }
  return { action, args, options: { approvalToken: token ?? null, dryRun }, problem: null }
}

type Parsed =
  | { readonly payload: Readonly<Record<string, unknown>> }
  | { readonly problem: Problem }

function parse(bytes: Uint8Array, limits: StrictJsonLimits): Parsed {
  const parsed = readStrictJson(bytes, limits)
  if (!parsed.ok) return { problem: refuseJson(parsed) }
  return isRecord(parsed.value) ? { payload: parsed.value } : { problem: refuse('invalid_request') }
}
