import { readStrictJson, type StrictJsonLimits } from '../../base/json/strict-json.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import type { SentAnswers } from '../../contract/ask/sent-answers.ts'
import { refuseJson } from '../../contract/problems/json-problem.ts'
import { type Problem, refuse } from '../../contract/problems/problem.ts'
import type { AgentOptions } from '../agent/endpoint-inbound.ts'

/** A call as sent, with what was wrong with it kept until the caller is authenticated. */
export interface CallPayload {
  /** The routing bit; `null` when it could not be read. */
  readonly action: string | null
  readonly args: Readonly<Record<string, unknown>>
  /** Arguments that were typed as text, if it is said. */
  readonly texts?: readonly string[] | undefined
  readonly options: AgentOptions
  /** To what an earlier round asked; `null` for none. */
  readonly answers: SentAnswers | null
  readonly problem: Problem | null
}

/** `arguments` stands around what HTTP has as its body (ABIND-12). */
export const LEVELS_AROUND = 1

const NO_TEXTS: readonly string[] = []
const NOTHING = {
  args: {},
  texts: NO_TEXTS,
  options: { approvalToken: null, dryRun: false },
  answers: null,
} as const

/**
 * Reads the body of the call endpoint, problems in the order of RPC-4. Never throws.
 *
 * @param limits those of the arguments, and {@link LEVELS_AROUND}
 */
export function readCallPayload(bytes: Uint8Array, limits: StrictJsonLimits): CallPayload {
  const parsed = parse(bytes, limits)
  if ('problem' in parsed) return { ...NOTHING, action: null, problem: parsed.problem }
  const { payload } = parsed
  const { action } = payload
  // Optional members: null is how some clients write what they do not send (FND-46). Not of a dry run,
  // which is there to run nothing.
  const args = payload['arguments'] ?? {}
  // Both spellings of both: one that was not understood would run for good.
  const { dryRun: other = false, dry_run: dryRun = other } = payload
  const token = payload['approval_token'] ?? payload['approvalToken'] ?? null
  if (typeof action !== 'string' || action === '') {
    return { ...NOTHING, action: null, problem: refuse('invalid_action') }
  }
  const wrong = (
    code: 'invalid_arguments' | 'invalid_dry_run' | 'invalid_approval' | 'invalid_answers',
  ) => ({
    ...NOTHING,
    action,
    problem: refuse(code),
  })
  if (!isRecord(args)) return wrong('invalid_arguments')
  if (typeof dryRun !== 'boolean') return wrong('invalid_dry_run')
  if (token !== null && (typeof token !== 'string' || token.trim() === '')) {
    return wrong('invalid_approval')
  }
  const answers = readAnswers(payload['request_state'] ?? null, payload['answers'] ?? null)
  if (answers === undefined) return wrong('invalid_answers')
  const texts = readTexts(payload['texts'])
  return { action, args, texts, options: { approvalToken: token, dryRun }, answers, problem: null }
}

/** @returns `undefined` for what are no answers */
export function readAnswers(state: unknown, answers: unknown): SentAnswers | null | undefined {
  if (state === null && answers === null) return null
  if (typeof state !== 'string' || !isRecord(answers)) return undefined
  return { state, answers }
}

/** What is no list of names is none: its arguments are JSON, and their schemas refuse what is not. */
function readTexts(texts: unknown): readonly string[] | undefined {
  return Array.isArray(texts) ? texts.filter((name) => typeof name === 'string') : undefined
}

type Parsed =
  | { readonly payload: Readonly<Record<string, unknown>> }
  | { readonly problem: Problem }

function parse(bytes: Uint8Array, limits: StrictJsonLimits): Parsed {
  const parsed = readStrictJson(bytes, limits)
  if (!parsed.ok) return { problem: refuseJson(parsed) }
  return isRecord(parsed.value) ? { payload: parsed.value } : { problem: refuse('invalid_request') }
}
