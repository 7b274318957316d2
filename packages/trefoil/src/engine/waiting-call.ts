import type { Awaitable } from '../base/promise.ts'
import type { ServerStop, StoppableCall } from '../contract/exchange.ts'
import type { Outcome } from '../contract/outcome.ts'
import { type Problem, refuse } from '../contract/problem.ts'
import { discardStream } from './answer/stream.ts'
import type { CallState } from './call-state.ts'
import { close } from './close.ts'
import { conclude, settle, settleError, told } from './conclude.ts'
import { Deadline } from './deadline.ts'
import type { StageEnd } from './stage.ts'

/** Waits for what ends a call, but no longer than it may take. */
export class WaitingCall implements StoppableCall {
  before: StoppableCall | null = null
  after: StoppableCall | null = null
  readonly outcome: Promise<Outcome>
  readonly #state: CallState
  readonly #limit: Deadline | null
  readonly #stop: ServerStop | null
  #resolve!: (outcome: Awaitable<Outcome>) => void
  #reject!: (error: unknown) => void

  constructor(
    ending: PromiseLike<StageEnd | undefined>,
    state: CallState,
    deadline: Deadline | null,
  ) {
    const { cancels, stop } = state.inbound
    this.#state = state
    this.#stop = stop
    this.#limit = deadline ?? (cancels ? new Deadline(state, 0) : null)
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    stop?.add(this)
    this.#limit?.start((problem) => this.#interrupt(problem))
    ending.then(
      (end) => this.#finish(settle(state, end)),
      (error: unknown) => settleError(state, error).then((outcome) => this.#finish(outcome)),
    )
  }

  /**
   * Its connection is cut in the same moment; with a handler that does not listen to its signal it
   * would go on while shutdown hooks take away what it uses.
   */
  stop(): void {
    this.#interrupt(refuse('client_disconnected'))
  }

  /** The caller is told now; nothing of the developer's starts any more. */
  #interrupt(problem: Problem): void {
    const state = this.#state
    if (state.ended) return
    // Called off before the time was up, its timer would outlive the call.
    this.#limit?.stop()
    this.#stop?.delete(this)
    state.phase = 'closing'
    state.abort(problem)
    state.interrupt?.(problem)
    this.#resolve(close(state, told(state, problem)))
  }

  #finish(outcome: Outcome): void {
    const state = this.#state
    this.#stop?.delete(this)
    if (state.ended) {
      dropLate(state, outcome)
      return
    }
    try {
      this.#resolve(conclude(state, outcome, this.#limit))
    } catch (error) {
      // The surface's to answer, and not a rejection that nobody waits for.
      this.#reject(error)
    }
  }
}

/** A handler that ignored its signal may have opened what it returns. */
function dropLate(state: CallState, outcome: Outcome): void {
  discardStream(state.returned)
  if (outcome.kind === 'answer') discardStream(outcome.answer.body)
}
