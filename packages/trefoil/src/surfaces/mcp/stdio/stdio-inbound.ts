import type { Awaitable } from '../../../base/promise.ts'
import type { Action } from '../../../contract/call/action.ts'
import type { ClientFacts } from '../../../contract/call/call-facts.ts'
import type { Progress } from '../../../contract/content/progress.ts'
import type { CloseHooks, Inbound, UseArguments } from '../../../engine/inbound.ts'
import { layOutArguments } from '../../agent/action-arguments.ts'
import type { AgentCall } from '../../agent/endpoint-inbound.ts'
import { layOutTexts } from '../../agent/text-arguments.ts'
import { ClientView } from '../../client-view.ts'

const NO_CLIENT: ClientFacts = new ClientView({ clientAddress: null }, [])

/** What a connection knows of whoever is at its other end. */
export interface StdioCaller {
  /** Names and values in turn: the credential, and nothing that came in a message. */
  readonly headers: readonly string[]
  /** Aborted when the connection is over. */
  readonly signal: AbortSignal
}

/** A call that came as a message on a connection: no network, no host, no address. */
export class StdioInbound implements Inbound {
  readonly method = 'POST'
  readonly path = ''
  readonly search = ''
  readonly scheme = 'http'
  readonly host = ''
  readonly client: ClientFacts = NO_CLIENT
  readonly rawHeaders: readonly string[]
  readonly showsHeaders = false
  readonly cspNonce = ''
  readonly approvalToken: string | null
  readonly dryRun: boolean
  readonly wholeAnswers: number
  readonly receivedAt: number
  /** Whoever closes the connection wants nothing done any more: nobody is there to be told of it. */
  readonly cancels = true
  readonly stop = null
  /** Absent where nobody waits for it. */
  readonly onProgress?: (progress: Progress) => void
  readonly #call: AgentCall
  readonly #signal: AbortSignal
  readonly #abortListeners: (() => void)[] = []
  readonly #doneListeners: (() => void)[] = []
  readonly #callOffListeners: (() => void)[] = []
  #isCalledOff = false
  #isDone = false

  constructor(
    { headers, signal }: StdioCaller,
    call: AgentCall,
    receivedAt: number,
    report: ((progress: Progress) => void) | null,
  ) {
    this.rawHeaders = headers
    this.#signal = signal
    this.#call = call
    this.approvalToken = call.options.approvalToken
    this.dryRun = call.options.dryRun
    this.wholeAnswers = call.wholeAnswers
    this.receivedAt = receivedAt
    if (report !== null) this.onProgress = report
  }

  /** Of what was called off nobody waits for an answer. */
  get isCalledOff(): boolean {
    return this.#isCalledOff
  }

  get aborted(): boolean {
    return !this.#isDone && this.#signal.aborted
  }

  onAbort(listener: () => void): void {
    if (this.#isDone) return
    this.#signal.addEventListener('abort', listener, { once: true })
    this.#abortListeners.push(listener)
  }

  onCallOff(listener: () => void): void {
    this.#callOffListeners.push(listener)
  }

  callOff(): void {
    if (this.#isDone) return
    this.#isCalledOff = true
    for (const listener of this.#callOffListeners.splice(0)) listener()
  }

  onDone(listener: () => void): void {
    this.#doneListeners.push(listener)
  }

  /** The connection may live for days: a call that is over leaves nothing on its signal. */
  done(): void {
    this.#isDone = true
    for (const listener of this.#abortListeners.splice(0)) {
      this.#signal.removeEventListener('abort', listener)
    }
    for (const listener of this.#doneListeners.splice(0)) listener()
  }

  readArguments<T>(action: Action, _call: CloseHooks, use: UseArguments<T>): Awaitable<T> {
    const { args, areTexts, surface, texts } = this.#call
    return use(
      areTexts === true
        ? layOutTexts(action, args, surface)
        : layOutArguments(action, args, surface, texts),
    )
  }
}
