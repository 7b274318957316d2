import type { Action } from '../../contract/action.ts'
import type { EndpointRequest } from '../../contract/surface.ts'
import type { SurfaceName } from '../../contract/surface-name.ts'
import type { Inbound, RawArguments } from '../../engine/inbound.ts'
import { layOutArguments } from './action-arguments.ts'

/** How an agent's call wants to be treated. */
export interface AgentOptions {
  readonly approvalToken: string | null
  readonly dryRun: boolean
}

export const NO_AGENT_OPTIONS: AgentOptions = { approvalToken: null, dryRun: false }

/** A call that came as JSON arguments through another surface's HTTP endpoint. */
export class EndpointInbound implements Inbound {
  readonly method: string
  readonly path: string
  readonly search: string
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly clientAddress: string | null
  readonly rawHeaders: readonly string[]
  readonly showsHeaders = false
  readonly cspNonce = ''
  readonly approvalToken: string | null
  readonly dryRun: boolean
  readonly #request: EndpointRequest
  readonly #surface: SurfaceName
  readonly #args: Readonly<Record<string, unknown>>

  constructor(
    request: EndpointRequest,
    surface: SurfaceName,
    args: Readonly<Record<string, unknown>>,
    options: AgentOptions,
  ) {
    this.#request = request
    this.#surface = surface
    this.#args = args
    this.method = request.exchange.method
    this.rawHeaders = request.exchange.rawHeaders
    this.path = request.path
    this.search = request.search
    this.scheme = request.scheme
    this.host = request.host
    this.clientAddress = request.clientAddress
    this.approvalToken = options.approvalToken
    this.dryRun = options.dryRun
  }

  get aborted(): boolean {
    return this.#request.exchange.aborted
  }

  onAbort(listener: () => void): void {
    this.#request.exchange.onAbort(listener)
  }

  onDone(listener: () => void): void {
    this.#request.exchange.onDone(listener)
  }

  readArguments(action: Action): RawArguments {
    return layOutArguments(action, this.#args, this.#surface)
  }
}
