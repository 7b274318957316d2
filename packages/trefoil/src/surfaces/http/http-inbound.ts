import type { Awaitable } from '../../base/promise.ts'
import type { Action } from '../../contract/action.ts'
import type { Exchange } from '../../contract/exchange.ts'
import type { Problem } from '../../contract/problem.ts'
import type { Inbound, RawArguments } from '../../engine/inbound.ts'
import type { Origin } from '../../policy/proxies.ts'
import { firstHeader } from '../../web/raw-headers.ts'
import { readArguments } from './read-arguments.ts'

/** An HTTP request on its way to an action. */
export class HttpInbound implements Inbound {
  readonly exchange: Exchange
  readonly path: string
  readonly search: string
  readonly pathParams: Readonly<Record<string, string>>
  readonly host: string
  readonly scheme: 'http' | 'https'
  readonly maxBodySize: number
  readonly cspNonce: string
  readonly showsHeaders = true
  readonly dryRun = false
  readonly #origin: Origin

  constructor(
    exchange: Exchange,
    target: { readonly path: string; readonly search: string },
    pathParams: Readonly<Record<string, string>>,
    host: string,
    origin: Origin,
    maxBodySize: number,
    cspNonce: string,
  ) {
    this.exchange = exchange
    this.path = target.path
    this.search = target.search
    this.pathParams = pathParams
    this.host = host
    this.scheme = origin.scheme
    this.#origin = origin
    this.maxBodySize = maxBodySize
    this.cspNonce = cspNonce
  }

  get method(): string {
    return this.exchange.method
  }

  get rawHeaders(): readonly string[] {
    return this.exchange.rawHeaders
  }

  get clientAddress(): string | null {
    return this.#origin.clientAddress
  }

  /** Only for routes that ask for approval on HTTP too. */
  get approvalToken(): string | null {
    const token = firstHeader(this.exchange.rawHeaders, 'approval-token')?.trim()
    return token === undefined || token === '' ? null : token
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

  readArguments(action: Action): Awaitable<RawArguments | Problem> {
    return readArguments(this, action)
  }
}
