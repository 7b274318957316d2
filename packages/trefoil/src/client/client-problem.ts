import { isRecord } from '../base/plain/is-record.ts'
import type { Issue, Problem } from '../contract/problems/problem.ts'
import type { ProblemCode } from '../contract/problems/problems.ts'
import type { ProblemEnvelope } from '../contract/protocol/action-protocol.ts'

/** What a {@link ClientProblem} is made of. */
export interface ClientProblemFacts<Code extends string = string> {
  readonly code: Code
  readonly status: number
  readonly detail: string
  readonly fix?: string
  readonly issues?: readonly Issue[] | undefined
  readonly requestId?: string | null
  readonly traceId?: string | null
  readonly details?: Readonly<Record<string, unknown>>
  readonly retryAfter?: number | null
  readonly cause?: unknown
}

const BRAND = Symbol.for('trefoil.client-problem')

/**
 * Why a call did not succeed: what the app answered with, or what kept its answer from coming. An
 * `Error`, so that it can be thrown, though calls only return it.
 */
export class ClientProblem<Code extends string = string> extends Error {
  // The door of browsers is a bundle of its own, and the test client has this class from another one:
  // what either returns is a `ClientProblem` to whoever asks with `instanceof`.
  static {
    Object.defineProperty(ClientProblem.prototype, BRAND, { value: true })
    Object.defineProperty(ClientProblem, Symbol.hasInstance, {
      value: (value: unknown) => isRecord(value) && BRAND in value,
    })
  }

  override readonly name = 'ClientProblem'
  /** Code of the problem: one that the action declares, or one of the framework's. */
  readonly code: Code
  /** HTTP status; of what never reached the app, the one that stands for it. */
  readonly status: number
  /** What happened, for people. */
  readonly detail: string
  /** What to do about it; empty for nothing known. */
  readonly fix: string
  /** Wrong arguments, all of them; empty for a problem of another kind. */
  readonly issues: readonly Issue[]
  /** By which the app's log names the call; `null` where it gave none. */
  readonly requestId: string | null
  /** The trace that the call belongs to; `null` where it gave none. */
  readonly traceId: string | null
  /** More members of the answer by name, such as `arguments_hash`; `body` of a failure in words of the action's own. */
  readonly details: Readonly<Record<string, unknown>>
  /** Seconds to wait before the call is worth repeating, as the answer says; `null` where it does not. */
  readonly retryAfter: number | null

  constructor(facts: ClientProblemFacts<Code>) {
    super(facts.detail, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.code = facts.code
    this.status = facts.status
    this.detail = facts.detail
    this.fix = facts.fix ?? ''
    this.issues = facts.issues ?? []
    this.requestId = facts.requestId ?? null
    this.traceId = facts.traceId ?? null
    this.details = facts.details ?? {}
    this.retryAfter = facts.retryAfter ?? null
  }
}

/** What a call comes to. Nothing that can be expected is thrown. */
export type ClientResult<Value = unknown, Code extends string = never> =
  | {
      readonly ok: true
      /** What the action answered, as its JSON says it. */
      readonly value: Value
      readonly status: number
      /** Response headers; none for an action called by name. */
      readonly headers: Headers
    }
  | { readonly ok: false; readonly error: ClientProblem<Code | ProblemCode> }

/**
 * The value of a call that succeeded: `const order = await orThrow(api.getOrder({ order_id: '7' }))`.
 *
 * @throws ClientProblem of a call that did not
 */
export async function orThrow<Value>(
  result: ClientResult<Value, string> | Promise<ClientResult<Value, string>>,
): Promise<Value> {
  const settled = await result
  if (settled.ok) return settled.value
  throw settled.error
}

/** A call that did not succeed. */
export type Failed = { readonly ok: false; readonly error: ClientProblem }

/** Of a problem that happened on this side of the wire. */
export function failedHere(problem: Problem): Failed {
  const { publicCode: code, status, detail, fix, cause } = problem
  return { ok: false, error: new ClientProblem({ code, status, detail, fix, cause }) }
}

/** Of what the app answered. */
export function failedThere(
  { status_code, error }: ProblemEnvelope,
  headers: Headers | null,
): Failed {
  const { code, message, fix, request_id, trace_id, issues, ...details } = error
  return {
    ok: false,
    error: new ClientProblem({
      code,
      status: status_code,
      detail: message,
      fix,
      issues,
      requestId: request_id ?? null,
      traceId: trace_id ?? null,
      details,
      retryAfter: waitOf(headers, details['retry_after_seconds']),
    }),
  }
}

/** Of an action that failed in words of its own (RPC-6). */
export function failedInOwnWords(status: number, body: unknown, headers: Headers | null): Failed {
  const detail = isRecord(body) && typeof body['detail'] === 'string' ? body['detail'] : null
  return {
    ok: false,
    error: new ClientProblem({
      code: 'http_error',
      status,
      detail: detail ?? `The action answered with status ${status}`,
      details: { body },
      retryAfter: waitOf(headers, null),
    }),
  }
}

/** Only what counts seconds: the date that it may be too (RFC 9110 §10.2.3) goes by the clock over there. */
function waitOf(headers: Headers | null, said: unknown): number | null {
  const sent = headers?.get('retry-after') ?? null
  if (sent !== null && /^[0-9]{1,9}$/.test(sent)) return Number(sent)
  return typeof said === 'number' && said >= 0 && Number.isFinite(said) ? said : null
}
