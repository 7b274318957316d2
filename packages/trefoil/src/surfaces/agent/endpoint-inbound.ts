import type { Awaitable } from '../../base/promise.ts'
import type { ServerStop } from '../../contract/answer/exchange.ts'
import type { AskCapability } from '../../contract/ask/capability.ts'
import type { SentAnswers } from '../../contract/ask/sent-answers.ts'
import type { Action } from '../../contract/call/action.ts'
import type { ClientFacts } from '../../contract/call/call-facts.ts'
import type { SurfaceName } from '../../contract/call/surface-name.ts'
import type { CloseHooks, Inbound, UseArguments } from '../../engine/inbound.ts'
import type { EndpointRequest } from '../endpoint.ts'
import { layOutArguments } from './action-arguments.ts'
import { layOutTexts } from './text-arguments.ts'

/** How an agent's call wants to be treated. */
export interface AgentOptions {
  readonly approvalToken: string | null
  readonly dryRun: boolean
}

export const NO_AGENT_OPTIONS: AgentOptions = { approvalToken: null, dryRun: false }

/** What a surface knows of a call that came as JSON arguments. */
export interface AgentCall {
  readonly surface: SurfaceName
  readonly args: Readonly<Record<string, unknown>>
  /** True for arguments that are all text, to be read as those of a query are. Default false. */
  readonly areTexts?: boolean
  /** Arguments that were typed as text; none by default. */
  readonly texts?: readonly string[] | undefined
  readonly options: AgentOptions
  /** Bytes of the largest answer. */
  readonly wholeAnswers: number
  /** True when a caller who leaves wants nothing done any more. */
  readonly cancels: boolean
  /** What its program can be asked for; absent for nothing. */
  readonly capabilities?: (() => readonly AskCapability[]) | undefined
  /** Answers to what an earlier round asked. */
  readonly answers?: SentAnswers | null | undefined
}

/** A call that came as JSON arguments through another surface's HTTP endpoint. */
export class EndpointInbound implements Inbound {
  readonly method: string
  readonly path: string
  readonly search: string
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly rawHeaders: readonly string[]
  readonly showsHeaders = false
  readonly cspNonce = ''
  readonly approvalToken: string | null
  readonly dryRun: boolean
  readonly wholeAnswers: number
  readonly receivedAt: number | null
  readonly cancels: boolean
  readonly #request: EndpointRequest
  readonly #surface: SurfaceName
  readonly #args: Readonly<Record<string, unknown>>
  readonly #areTexts: boolean
  readonly #texts: readonly string[] | undefined
  readonly #capabilities: AgentCall['capabilities']
  readonly #answers: SentAnswers | null

  constructor(request: EndpointRequest, call: AgentCall) {
    this.#request = request
    this.#surface = call.surface
    this.#args = call.args
    this.#areTexts = call.areTexts === true
    this.#texts = call.texts
    this.#capabilities = call.capabilities
    this.#answers = call.answers ?? null
    this.method = request.exchange.method
    this.rawHeaders = request.exchange.rawHeaders
    this.path = request.path
    this.search = request.search
    this.scheme = request.scheme
    this.host = request.host
    this.approvalToken = call.options.approvalToken
    this.dryRun = call.options.dryRun
    this.wholeAnswers = call.wholeAnswers
    this.cancels = call.cancels
    this.receivedAt = request.arrival.receivedAt
  }

  capabilities(): readonly AskCapability[] {
    return this.#capabilities?.() ?? []
  }

  answers(): SentAnswers | null {
    return this.#answers
  }

  get client(): ClientFacts {
    return this.#request.client
  }

  get certificate(): Uint8Array | null {
    return this.#request.exchange.certificate ?? null
  }

  get viaProxy(): boolean {
    return this.#request.viaProxy
  }

  get mountPath(): string | null {
    return this.#request.exchange.mountPath ?? null
  }

  get stop(): ServerStop | null {
    return this.#request.exchange.stop ?? null
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

  readArguments<T>(action: Action, _call: CloseHooks, use: UseArguments<T>): Awaitable<T> {
    return use(
      this.#areTexts
        ? layOutTexts(action, this.#args, this.#surface)
        : layOutArguments(action, this.#args, this.#surface, this.#texts),
    )
  }
}
