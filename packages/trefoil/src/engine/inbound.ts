import type { Awaitable } from '../base/promise.ts'
import type { ServerStop } from '../contract/answer/exchange.ts'
import type { AskCapability } from '../contract/ask/capability.ts'
import type { SentAnswers } from '../contract/ask/sent-answers.ts'
import type { Action } from '../contract/call/action.ts'
import type { ClientFacts, RequestFacts } from '../contract/call/call-facts.ts'
import type { Progress } from '../contract/content/progress.ts'
import type { ArgumentIssue } from '../contract/params/param-issue.ts'
import type { RequestBody } from '../contract/params/request-body.ts'
import type { Problem } from '../contract/problems/problem.ts'
import type { SentCookies } from '../web/cookie-header.ts'
import type { QueryPairs } from '../web/query.ts'

/**
 * What a surface hands the engine with a call: facts, and the raw input as a function that is
 * called late. Each surface has its own; the engine knows none of them.
 */
export interface Inbound extends RequestFacts {
  readonly client: ClientFacts
  /** True for work after the answer, which has no input any more; absent for false. */
  readonly isOver?: true
  /** Path that the app is mounted under; absent or `null` when it stands alone. */
  readonly mountPath?: string | null
  /** The verified certificate of the connection's peer, DER; absent or `null` for none. */
  readonly certificate?: Uint8Array | null
  /** True when that peer is a trusted proxy; absent for false. */
  readonly viaProxy?: boolean
  /** Header names and values in turn, for the authenticator. */
  readonly rawHeaders: readonly string[]
  /** The cookies among them, for surfaces whose arguments may be cookies. */
  readonly cookies?: SentCookies
  /** What stands in `search`, for surfaces that bind it; `null` for what cannot be decoded. */
  readonly queryPairs?: QueryPairs | null
  /** True when handlers may read those headers too: on HTTP only (ABIND-2). */
  readonly showsHeaders: boolean
  readonly approvalToken: string | null
  readonly dryRun: boolean
  /** What its program can be asked for; absent for nothing. */
  capabilities?(): readonly AskCapability[]
  /** Answers to what an earlier round asked; absent or `null` for none. */
  answers?(): SentAnswers | Problem | null
  /** Nonce of this answer's Content-Security-Policy; empty when its policy has none. */
  readonly cspNonce: string
  /**
   * Bytes of the largest answer of a surface whose answers are documents: streams are read to their
   * end for it. `null` where a stream is handed out.
   */
  readonly wholeAnswers: number | null
  /** Milliseconds by the clock that never steps back, when it began to arrive; `null` for just now. */
  readonly receivedAt: number | null
  /** True when a caller who leaves wants nothing done any more (an agent's cancellation, say). */
  readonly cancels: boolean
  /** True once the caller has gone away. */
  readonly aborted: boolean
  onAbort(listener: () => void): void
  /**
   * Calls back when whoever may do so calls the call off while its connection stands; absent where nothing can.
   * Asked only by a call that waits.
   */
  onCallOff?(listener: () => void): void
  /** Passes on how far the call has come; absent where nobody waits for it. Never throws. */
  onProgress?(progress: Progress): void
  /** The stop of the server it came to, which ends it as a deadline does; `null` for none. */
  readonly stop: ServerStop | null
  /** Calls back when the answer is complete. */
  onDone(listener: () => void): void
  /**
   * Reads the input for the first time, and has it used in the same step: a promise in between is
   * one that every call with a body would wait for.
   */
  readArguments<T>(action: Action, call: CloseHooks, use: UseArguments<T>): Awaitable<T>
  /** The request's body, for surfaces that have one. */
  openBody?(call: CloseHooks): RequestBody
}

/** A call as those see it who open something for it. */
export interface CloseHooks {
  /**
   * Runs once the call has ended, dependencies included; for a stream, after its last piece. A
   * failure is logged and changes nothing.
   */
  onClose(hook: () => Awaitable<void>): void
}

/** What becomes of the input, or of the refusal that it came to. */
export type UseArguments<T> = (raw: RawArguments | Problem) => Awaitable<T>

/** Input before validation: one value per parameter of the action, in its order. */
export interface RawArguments {
  /** `undefined` where nothing was sent. */
  readonly values: readonly unknown[]
  /** What is already known to be wrong; empty for most calls. */
  readonly issues: readonly ArgumentIssue[]
}

/** Stands in for a value that a surface already refused with an issue of its own. */
export const REFUSED: unique symbol = Symbol('refused')
