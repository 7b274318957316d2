import type { Awaitable } from '../base/promise.ts'
import type { ServerStop } from '../contract/answer/exchange.ts'
import type { Action } from '../contract/call/action.ts'
import type { ClientFacts } from '../contract/call/call-facts.ts'
import { refuse } from '../contract/problems/problem.ts'
import type { CloseHooks, Inbound, UseArguments } from './inbound.ts'

/**
 * The request for a list, as the guards of one action on it see it. Its time begins now, and not when the
 * request came: how long the authenticator took says nothing of a guard.
 */
export class ListingInbound implements Inbound {
  readonly approvalToken = null
  readonly dryRun: boolean = true
  readonly receivedAt = null
  readonly wholeAnswers: number | null = null
  readonly #list: Inbound

  constructor(list: Inbound) {
    this.#list = list
  }

  get method(): string {
    return this.#list.method
  }
  get path(): string {
    return this.#list.path
  }
  get search(): string {
    return this.#list.search
  }
  get scheme(): 'http' | 'https' {
    return this.#list.scheme
  }
  get host(): string {
    return this.#list.host
  }
  get client(): ClientFacts {
    return this.#list.client
  }
  get mountPath(): string | null {
    return this.#list.mountPath ?? null
  }
  get rawHeaders(): readonly string[] {
    return this.#list.rawHeaders
  }
  get showsHeaders(): boolean {
    return this.#list.showsHeaders
  }
  get cspNonce(): string {
    return this.#list.cspNonce
  }
  get cancels(): boolean {
    return this.#list.cancels
  }
  get aborted(): boolean {
    return this.#list.aborted
  }
  get stop(): ServerStop | null {
    return this.#list.stop
  }

  onAbort(listener: () => void): void {
    this.#list.onAbort(listener)
  }

  onCallOff(listener: () => void): void {
    this.#list.onCallOff?.(listener)
  }

  onDone(listener: () => void): void {
    this.#list.onDone(listener)
  }

  /** A list has no arguments of its actions, and no plan of one asks for them. */
  readArguments<T>(_action: Action, _call: CloseHooks, _use: UseArguments<T>): Awaitable<T> {
    throw refuse('INTERNAL_ERROR')
  }
}
