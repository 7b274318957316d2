import { startTimer } from '../../base/start-timer.ts'
import { type Problem, refuse } from '../../contract/problems/problem.ts'
import { calledAs } from '../call-site.ts'
import type { CallState, TimeLimit } from '../call-state.ts'

/**
 * How long a call may take, from when it began to arrive, and whether its caller may call it off.
 * The timer is set when something first waits: what never waits cannot be interrupted.
 */
export class Deadline implements TimeLimit {
  readonly #state: CallState
  readonly #timeout: number
  /** The limit that holds now: a stream has another one once it is sent. */
  #held: number
  readonly #startedAt: number
  #stopTimer: (() => void) | null = null
  #expired: ((problem: Problem) => void) | null = null

  /** @param timeout milliseconds; 0 for any time */
  constructor(state: CallState, timeout: number) {
    this.#state = state
    this.#timeout = timeout
    this.#held = timeout
    this.#startedAt = state.inbound.receivedAt ?? (timeout === 0 ? 0 : this.#now())
  }

  get hasPassed(): boolean {
    return this.#timeout !== 0 && this.#left(this.#timeout) <= 0
  }

  problem(): Problem {
    return timeoutProblem(this.#state, this.#held)
  }

  /** The time is up, and no timer could say so. */
  expire(): void {
    this.#expired?.(this.problem())
  }

  /** @param expired called with the problem when the time is up, or the caller called it off */
  start(expired: (problem: Problem) => void): void {
    this.#expired = expired
    const { inbound } = this.#state
    // A stage that kept the thread may have used all of it.
    if (this.hasPassed) {
      this.expire()
      return
    }
    if (this.#timeout !== 0) this.#set(this.#timeout)
    const callOff = () => this.#expired?.(calledOff(this.#state))
    inbound.onCallOff?.(callOff)
    if (!inbound.cancels) return
    if (inbound.aborted) callOff()
    else inbound.onAbort(callOff)
  }

  /**
   * From now on a stream is being sent. Up to its first piece everything counts; after that only
   * what the route itself says of it.
   */
  watchStream(expired: (problem: Problem) => void): void {
    this.#expired = expired
    if (this.#timeout !== 0 && this.#stopTimer === null) this.#set(this.#timeout)
  }

  firstPiece(): void {
    const own = this.#state.site.action.streamTimeout
    this.stop()
    if (own !== 0) this.#set(own)
  }

  stop(): void {
    this.#stopTimer?.()
    this.#stopTimer = null
  }

  #set(timeout: number): void {
    this.#held = timeout
    const left = Math.max(0, this.#left(timeout))
    this.#stopTimer = startTimer(left, () => this.#expired?.(this.problem()))
  }

  #left(timeout: number): number {
    return timeout - (this.#now() - this.#startedAt)
  }

  #now(): number {
    return this.#state.site.app.clock.elapsed()
  }
}

/**
 * What a caller is told when the time is up. Until the developer's code has been entered nothing
 * was done; after that nobody can tell, and only what may be done twice should be repeated
 * (FND-16).
 */
function timeoutProblem(state: CallState, timeout: number): Problem {
  // A list has a name of ours, which means nothing to whoever asked for it.
  const what = state.site.isListing ? 'The call' : calledAs(state.site)
  if (!state.hasBegun) return timeoutBeforeCall(timeout, what)
  const { changes, hints } = state.site.action
  const { readOnlyHint, idempotentHint } = hints
  const retryable = !changes || readOnlyHint === true || idempotentHint === true
  return refuse('TIMEOUT', {
    detail: `${what} timed out after ${inSeconds(timeout)}; it may have been done`,
    fix: retryable
      ? 'Repeat the call later, or raise `timeout` on the action.'
      : 'Find out whether it was done before repeating the call.',
    details: { started: true, retryable },
  })
}

/** What a call ends with that its caller called off: told only where there is still somebody to tell. */
export function calledOff({ hasBegun }: Pick<CallState, 'hasBegun'>): Problem {
  return refuse('client_disconnected', {
    detail: hasBegun
      ? 'The call was called off; the action may have been done'
      : 'The call was called off and the action was not started; nothing was done',
    details: { started: hasBegun },
  })
}

/** What a call ends with whose server did not wait for it: it was not its caller who left. */
export function serverStopped({ hasBegun }: Pick<CallState, 'hasBegun'>): Problem {
  return refuse('client_disconnected', {
    detail: 'The server stopped before the answer was complete',
    details: { started: hasBegun },
  })
}

/**
 * The time was up while the request arrived or was being checked.
 *
 * @param timeout milliseconds
 * @param what was to be called, as far as anybody knows
 */
export function timeoutBeforeCall(timeout: number, what = 'The call'): Problem {
  return refuse('TIMEOUT', {
    detail: `${what} timed out after ${inSeconds(timeout)} and was not started; nothing was done`,
    details: { started: false, retryable: true },
  })
}

/** As the page has it (P-MWL-2): `30s`, `0.2s`. */
function inSeconds(ms: number): string {
  return `${ms / 1000}s`
}
