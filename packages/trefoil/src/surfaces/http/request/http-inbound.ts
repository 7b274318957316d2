import type { Awaitable } from '../../../base/promise.ts'
import type { Exchange, ServerStop } from '../../../contract/answer/exchange.ts'
import { type AskCapability, OF_PEOPLE } from '../../../contract/ask/capability.ts'
import type { SentAnswers } from '../../../contract/ask/sent-answers.ts'
import type { Action } from '../../../contract/call/action.ts'
import type { ClientFacts } from '../../../contract/call/call-facts.ts'
import type { Problem } from '../../../contract/problems/problem.ts'
import type { CloseHooks, Inbound, UseArguments } from '../../../engine/inbound.ts'
import { SentCookies } from '../../../web/cookie-header.ts'
import { parseQuery, type QueryPairs } from '../../../web/query.ts'
import { firstHeader } from '../../../web/raw-headers.ts'
import { readAnswerHeaders } from './answer-headers.ts'
import type { BodyLimits } from './body-limits.ts'
import { BodyReader } from './body-reader.ts'
import { type FormShape, formShapeOf } from './form-shape.ts'
import { type ArgumentSource, readArguments } from './read-arguments.ts'
import type { HttpVisit } from './visit.ts'

const NOBODY: readonly AskCapability[] = []

/** An HTTP request on its way to an action. */
export class HttpInbound implements Inbound, ArgumentSource {
  readonly exchange: Exchange
  readonly path: string
  readonly search: string
  readonly pathParams: Readonly<Record<string, string>>
  readonly host: string
  readonly scheme: 'http' | 'https'
  readonly limits: BodyLimits
  readonly cspNonce: string
  readonly showsHeaders = true
  readonly dryRun = false
  readonly wholeAnswers = null
  /** The call begins in the same moment. */
  readonly receivedAt = null
  /** The work is done though nobody waits for it: who leaves may not know whether it was. */
  readonly cancels = false
  /** The whole body, once someone has asked for it. */
  bytes: Awaitable<Uint8Array> | null = null
  readonly #visit: HttpVisit
  readonly #action: Action
  #body: BodyReader | null = null
  #cookies: SentCookies | null = null
  /** `undefined` until someone has asked for it. */
  #queryPairs: QueryPairs | null | undefined

  constructor(
    visit: HttpVisit,
    action: Action,
    target: { readonly path: string; readonly search: string },
    pathParams: Readonly<Record<string, string>>,
    host: string,
    limits: BodyLimits,
  ) {
    this.exchange = visit.exchange
    this.path = target.path
    this.search = target.search
    this.pathParams = pathParams
    this.host = host
    this.scheme = visit.provenance.scheme
    this.#visit = visit
    this.#action = action
    this.limits = limits
    this.cspNonce = visit.nonce
  }

  get method(): string {
    return this.exchange.method
  }

  get rawHeaders(): readonly string[] {
    return this.exchange.rawHeaders
  }

  get cookies(): SentCookies {
    this.#cookies ??= new SentCookies(this.exchange.rawHeaders)
    return this.#cookies
  }

  /** Taken apart once, for the authenticator and bound arguments alike. */
  get queryPairs(): QueryPairs | null {
    if (this.#queryPairs === undefined) this.#queryPairs = parseQuery(this.search)
    return this.#queryPairs
  }

  get certificate(): Uint8Array | null {
    return this.exchange.certificate ?? null
  }

  get viaProxy(): boolean {
    return this.#visit.provenance.viaProxy
  }

  get mountPath(): string | null {
    return this.exchange.mountPath ?? null
  }

  get formShape(): FormShape | null {
    return formShapeOf(this.#action)
  }

  get client(): ClientFacts {
    return this.#visit.client
  }

  /** Only for routes that ask for approval on HTTP too. */
  get approvalToken(): string | null {
    const token = firstHeader(this.exchange.rawHeaders, 'approval-token')?.trim()
    return token === undefined || token === '' ? null : token
  }

  /** Whoever reads 409 and the questions can show them; for routes that say `asks`. */
  capabilities(): readonly AskCapability[] {
    return this.#action.asks ? OF_PEOPLE : NOBODY
  }

  answers(): SentAnswers | Problem | null {
    return readAnswerHeaders(this.exchange.rawHeaders)
  }

  get stop(): ServerStop | null {
    return this.exchange.stop ?? null
  }

  get aborted(): boolean {
    return this.exchange.aborted
  }

  onAbort(listener: () => void): void {
    this.exchange.onAbort(listener)
  }

  onDone(listener: () => void): void {
    this.exchange.onDone(listener)
  }

  readArguments<T>(action: Action, call: CloseHooks, use: UseArguments<T>): Awaitable<T> {
    return readArguments(this, action, call, use)
  }

  openBody(call: CloseHooks): BodyReader {
    this.#body ??= new BodyReader(this, call)
    return this.#body
  }

  /** The whole body, read once for bound arguments and handlers alike. */
  readBytes(): Awaitable<Uint8Array> {
    if (this.bytes === null) {
      this.#body?.checkUnread()
      this.bytes = this.exchange.readBody(this.limits.maxBodySize)
    }
    return this.bytes
  }
}
