import { type Awaitable, isPromiseLike } from '../base/promise.ts'
import type { ServerStop, StoppableCall } from '../contract/answer/exchange.ts'
import type { Outcome } from '../contract/call/outcome.ts'
import type { Problem } from '../contract/problems/problem.ts'
import { discardStream } from './answer/stream.ts'
import { inCall } from './call-frame.ts'
import type { CallState } from './call-state.ts'
import { close } from './ending/close.ts'
import { conclude, settle, settleError, told } from './ending/conclude.ts'
import { Deadline, serverStopped } from './ending/deadline.ts'
import type { LastingCall, Standing } from './ending/lasting-calls.ts'
import { standingOf } from './ending/recheck.ts'
import { mayRepeat, takeBack } from './ending/repeat-call.ts'
import type { Stage, StageEnd } from './stage.ts'

/**
 * A call of which something has to be waited for: goes on with its stages from there, for no longer
 * than it may take.
 */
export class WaitingCall implements StoppableCall, LastingCall {
  before: StoppableCall | null = null
  after: StoppableCall | null = null
  earlier: LastingCall | null = null
  later: LastingCall | null = null
  round = -1
  readonly isSent = false
  readonly #stages: readonly Stage[]
  readonly #state: CallState
  readonly #limit: Deadline | null
  readonly #stop: ServerStop | null
  readonly #outcome: Promise<Outcome>
  #resolve!: (outcome: Awaitable<Outcome>) => void
  #reject!: (error: unknown) => void

  constructor(stages: readonly Stage[], state: CallState, deadline: Deadline | null) {
    const { inbound } = state
    const { stop } = inbound
    const mayBeCalledOff = inbound.cancels || inbound.onCallOff !== undefined
    this.#stages = stages
    this.#state = state
    this.#stop = stop
    this.#limit = deadline ?? (mayBeCalledOff ? new Deadline(state, 0) : null)
    this.#outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    stop?.add(this)
    if (state.site.entry !== null) state.site.app.lasting.add(this)
    state.waiting = this
    this.#limit?.start((problem) => this.#interrupt(problem))
  }

  /** Runs the developer's code once more: its unit of work met another, and was taken back. */
  again(error: unknown): Promise<Outcome> {
    const state = this.#state
    this.#leave()
    this.#limit?.stop()
    // From here on it counts as not begun.
    const takenBack = takeBack(state, error)
    const next = new WaitingCall(this.#stages, state, this.#limit)
    return next.wait(takenBack, state.site.executeAt ?? this.#stages.length)
  }

  /** @param next the stage that follows, unless this one ends the call */
  wait(end: PromiseLike<StageEnd | undefined>, next: number): Promise<Outcome> {
    end.then(
      (late) => this.#goOn(late, next),
      (error: unknown) => void this.fail(error),
    )
    return this.#outcome
  }

  fail(error: unknown): Promise<Outcome> {
    if (!this.#state.ended && mayRepeat(this.#state, error)) {
      this.#resolve(this.again(error))
      return this.#outcome
    }
    void settleError(this.#state, error).then((outcome) => this.#finish(outcome))
    return this.#outcome
  }

  #goOn(late: StageEnd | undefined, next: number): void {
    const state = this.#state
    const stages = this.#stages
    let end: Awaitable<StageEnd | undefined> = late
    try {
      for (let index = next; index < stages.length && end === undefined; index++) {
        if (state.ended) break
        end = (stages[index] as Stage)(state)
        if (isPromiseLike(end)) {
          void this.wait(end, index + 1)
          return
        }
      }
      this.#finish(settle(state, end))
    } catch (error) {
      void this.fail(error)
    }
  }

  /**
   * Its connection is cut in the same moment; with a handler that does not listen to its signal it
   * would go on while shutdown hooks take away what it uses.
   */
  stop(): void {
    this.#interrupt(serverStopped(this.#state))
  }

  get state(): CallState {
    return this.#state
  }

  ask(came: number): Standing | Promise<Standing> {
    return standingOf(this.#state, came)
  }

  /** What let its caller in has ended: whatever it goes on to do, no more is answered (SES-8). */
  endFor(problem: Problem): void {
    this.#interrupt(problem)
  }

  #leave(): void {
    this.#stop?.delete(this)
    this.#state.site.app.lasting.delete(this)
  }

  /** The caller is told now; nothing of the developer's starts any more. */
  #interrupt(problem: Problem): void {
    const state = this.#state
    if (state.ended) return
    inCall(state, () => this.#tell(problem))
  }

  #tell(problem: Problem): void {
    const state = this.#state
    // Called off before the time was up, its timer would outlive the call.
    this.#limit?.stop()
    this.#leave()
    state.phase = 'closing'
    state.abort(problem)
    state.interrupt?.(problem)
    this.#resolve(close(state, told(state, problem)))
  }

  #finish(outcome: Outcome): void {
    const state = this.#state
    this.#leave()
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
