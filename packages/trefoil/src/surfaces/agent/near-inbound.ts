import type { Awaitable } from '../../base/promise.ts'
import type { Action } from '../../contract/call/action.ts'
import type { ClientFacts } from '../../contract/call/call-facts.ts'
import type { Progress } from '../../contract/content/progress.ts'
import type { CloseHooks, Inbound, UseArguments } from '../../engine/inbound.ts'
import { ClientView } from '../client-view.ts'
import { layOutArguments } from './action-arguments.ts'
import type { AgentCall } from './endpoint-inbound.ts'
import { layOutTexts } from './text-arguments.ts'

const NO_CLIENT: ClientFacts = new ClientView({ clientAddress: null }, [])

/** What is known of whoever calls without a network. */
export interface NearCaller {
  /** Names and values in turn: the credential, and nothing that came in a message. */
  readonly headers: readonly string[]
  /** Aborted when the caller has gone; `undefined` for one who stays. */
  readonly signal: AbortSignal | undefined
}

/** What it was asked by, in the words of a request. */
export interface NearRequest {
  readonly method: string
  readonly path: string
  /** Milliseconds by the clock that never steps back. */
  readonly receivedAt: number
}

/** A call in this process, or on a connection of its own: no network, no host, no address. */
export class NearInbound implements Inbound {
  readonly method: string
  readonly path: string
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
  readonly cancels: boolean
  readonly stop = null
  /** Absent where nobody looks. */
  readonly onProgress?: (progress: Progress) => void
  readonly #call: AgentCall
  readonly #signal: AbortSignal | undefined
  readonly #abortListeners: (() => void)[] = []
  readonly #doneListeners: (() => void)[] = []
  #isDone = false

  /** @param report told how far it has come; never throws. `null` where nobody looks */
  constructor(
    { headers, signal }: NearCaller,
    { method, path, receivedAt }: NearRequest,
    call: AgentCall,
    report: ((progress: Progress) => void) | null,
  ) {
    this.method = method
    this.path = path
    this.rawHeaders = headers
    this.#signal = signal
    this.#call = call
    this.approvalToken = call.options.approvalToken
    this.dryRun = call.options.dryRun
    this.wholeAnswers = call.wholeAnswers
    this.cancels = call.cancels
    this.receivedAt = receivedAt
    if (report !== null) this.onProgress = report
  }

  /** True once its answer is complete. */
  get isDone(): boolean {
    return this.#isDone
  }

  get aborted(): boolean {
    return !this.#isDone && this.#signal?.aborted === true
  }

  onAbort(listener: () => void): void {
    if (this.#isDone || this.#signal === undefined) return
    this.#signal.addEventListener('abort', listener, { once: true })
    this.#abortListeners.push(listener)
  }

  onDone(listener: () => void): void {
    this.#doneListeners.push(listener)
  }

  /**
   * The signal may live as long as the program: a call that is over leaves nothing on it, and what
   * is interrupted later does not abort a call that succeeded.
   */
  done(): void {
    this.#isDone = true
    for (const listener of this.#abortListeners.splice(0)) {
      this.#signal?.removeEventListener('abort', listener)
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
