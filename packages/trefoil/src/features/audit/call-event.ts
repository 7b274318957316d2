import type { CallEvent } from '../../audit-chain.ts'
import type { Call, CallOutcome, CallRecord, Outcome } from '../../index.ts'
import { allowedMembers, argumentMembers, isSecretName } from '../../inner.ts'
import type { AuditFacts } from '../../parts.ts'

/** What an entry of a call is made by. */
export interface EventRules {
  readonly redact: ReadonlySet<string>
  readonly meta: readonly string[]
  readonly most: number
  readonly digest: (text: string) => string
}

/** How the call ended, and what the caller was told. */
export interface Ending {
  readonly outcome: CallOutcome
  readonly problem: string | null
  readonly status: number
}

/** In the words of the record. */
export function endingOf(outcome: Outcome): Ending {
  if (outcome.kind === 'dry-run') return { outcome: 'dry_run', problem: null, status: 200 }
  if (outcome.kind === 'answer') {
    const { status } = outcome.answer
    return { outcome: status >= 500 ? 'failed' : 'ok', problem: null, status }
  }
  const { code, publicCode, status } = outcome.problem
  const isGone = code === 'client_disconnected'
  const ended = isGone ? 'aborted' : status >= 500 ? 'failed' : 'refused'
  return { outcome: ended, problem: publicCode, status }
}

/** @param ending `null` before it has run */
export function callEvent(
  call: Call,
  facts: AuditFacts,
  ending: Ending | null,
  rules: EventRules,
): CallEvent {
  const { auth, action, args, meta, argumentsHash } = facts
  const sensitive = new Set(
    action?.params.flatMap((param) => (param.sensitive ? [param.name] : [])),
  )
  const hides = (name: string) =>
    sensitive.has(name) || rules.redact.has(name) || isSecretName(name)
  const members =
    args === null ? {} : argumentMembers(args, { hides, digest: rules.digest, most: rules.most })
  const kept =
    ending === null || meta === null ? null : allowedMembers(meta, rules.meta, rules.most)
  return {
    type: ending === null ? 'intent' : 'call',
    call: call.callId,
    request: call.requestId,
    ...some('trace', call.trace?.traceId),
    surface: call.source,
    entrypoint: call.entrypoint,
    ...some('action', action?.name),
    driven: facts.driven,
    ...some('subject', auth?.subject),
    kind: auth?.kind ?? 'unknown',
    ...some('tenant', auth?.tenant),
    actor: auth === null ? [] : auth.actor.map(({ subject }) => subject),
    ...some('session', auth?.session?.id),
    // Looking at it before the call has run would count as the app's looking.
    ...(ending === null ? {} : some('address', call.client.address)),
    ...members,
    ...(members.digests === undefined && members.omitted === undefined
      ? some('arguments_hash', argumentsHash)
      : {}),
    ...some('refusal', facts.refusal),
    ...some('rule', facts.rule),
    ...some('approval', facts.approvalId),
    ...endMembers(ending, facts.duration),
    ...some('meta', kept),
  }
}

/** Of what was refused before it was a call. */
export function refusalEvent(record: CallRecord): CallEvent {
  const { problem, status, outcome } = record
  return {
    type: 'call',
    call: record.callId,
    request: record.requestId,
    ...some('trace', record.traceId),
    surface: record.surface,
    entrypoint: record.entrypoint,
    ...some('action', record.action),
    driven: record.driven,
    kind: record.kind,
    actor: [],
    ...some('address', record.client.address),
    ...endMembers({ outcome, problem, status }, record.duration),
  }
}

function endMembers(
  ending: Ending | null,
  duration: number,
): Pick<CallEvent, 'outcome' | 'problem' | 'status' | 'duration'> {
  if (ending === null) return {}
  const { outcome, problem, status } = ending
  const whole = Math.max(0, Math.round(duration))
  return { outcome, ...some('problem', problem), status, duration: whole }
}

/** Nothing, for a member with no value: an entry has none. */
function some<Name extends string, Value>(
  name: Name,
  value: Value | null | undefined,
): { readonly [key in Name]?: Value } {
  if (value === null || value === undefined) return {}
  // One member, of the name that was given.
  return { [name]: value } as { readonly [key in Name]: Value }
}
