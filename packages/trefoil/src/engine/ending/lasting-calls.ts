import type { Clock } from '../../base/clock.ts'
import { startQuietTimer } from '../../base/start-timer.ts'
import type { Logger } from '../../contract/call/logger.ts'
import { type Problem, refuse } from '../../contract/problems/problem.ts'

/**
 * Milliseconds between two rounds: what ended is seen by every process within a second, the asking
 * included (SES-8).
 */
export const ROUND_MS = 400
/** Asked about at the same time: the store is there for calls that begin, too. */
const AT_ONCE = 16
/** Milliseconds for which nobody could say whether a caller may stay; then nobody does. */
const PATIENCE = 30_000

/** Whether a caller may stay. */
export type Standing = 'good' | 'unknown' | Gone

/** What a caller is told who may not. */
export interface Gone {
  readonly problem: Problem
  /** Code of the refusal, for the record; `null` where nobody could say anything. */
  readonly code: string | null
}

/** What is to be known of a call here, and what is written down of its end. */
export interface LastingState {
  readonly auth: unknown
  readonly hasBegun: boolean
  readonly log: Logger
  refusal: string | null
  isUnidentified: boolean
}

/**
 * A call that has not ended yet. It is itself the entry of the list it stands in: a set costs a small
 * call a twentieth of its time.
 */
export interface LastingCall {
  readonly state: LastingState
  /** Its neighbours, and the others: the list's to set. */
  earlier: LastingCall | null
  later: LastingCall | null
  /** Of the round before it came; -1 where it does not stand in the list. */
  round: number
  /** True where the answer is being sent already. */
  readonly isSent: boolean
  /**
   * Asks about its caller. Never throws and never rejects.
   *
   * @param came milliseconds since the Unix epoch; the call did not begin before
   */
  ask(came: number): Standing | Promise<Standing>
  /** Told that its caller may not stay. */
  endFor(problem: Problem): void
}

/** What is known of one that has lasted for a round. */
interface Watched {
  isAsking: boolean
  /** `clock.elapsed()` when it was last known that its caller may stay. */
  goodAt: number
  /** True once it was found that its caller may not stay. */
  isDoubted: boolean
}

/**
 * The calls of an app that go on, so that none outlives what let its caller in: a session that was ended,
 * a key that was revoked, a token whose time is over. One timer for all, which is set while there are
 * any; whoever is answered before it rings is asked nothing.
 */
export class LastingCalls {
  readonly #clock: Clock
  readonly #startTimer: typeof startQuietTimer
  #first: LastingCall | null = null
  #last: LastingCall | null = null
  #watched = new WeakMap<LastingCall, Watched>()
  #waiting: LastingCall[] = []
  #asking = 0
  #round = 0
  /** `clock.now()` at the beginning of the last rounds: when a call came is between two of them. */
  #began = new Map<number, number>()
  #isTiming = false

  /** @param start of the timer; a test's own in the place of the machine's */
  constructor(clock: Clock, start: typeof startQuietTimer = startQuietTimer) {
    this.#clock = clock
    this.#startTimer = start
  }

  add(call: LastingCall): void {
    call.round = this.#round
    call.earlier = this.#last
    call.later = null
    if (this.#last === null) this.#first = call
    else this.#last.later = call
    this.#last = call
    if (!this.#isTiming) this.#begin()
  }

  /** Nothing for a call that is not there. */
  delete(call: LastingCall): void {
    if (call.round < 0) return
    const { earlier, later } = call
    if (earlier === null) this.#first = later
    else earlier.later = later
    if (later === null) this.#last = earlier
    else later.earlier = earlier
    call.earlier = null
    call.later = null
    call.round = -1
  }

  #begin(): void {
    this.#isTiming = true
    this.#began.set(this.#round, this.#clock.now())
    this.#startTimer(ROUND_MS, () => this.#ring())
  }

  #ring(): void {
    this.#isTiming = false
    this.#round++
    if (this.#first === null) {
      this.#began.clear()
      return
    }
    this.#begin()
    const elapsed = this.#clock.elapsed()
    // Of a round that has not ended they wait already.
    const isBehind = this.#waiting.length > 0
    let oldest = this.#round
    for (let call = this.#first as LastingCall | null; call !== null; ) {
      const { later, round } = call
      oldest = Math.min(oldest, round)
      if (round < this.#round) this.#visit(call, elapsed, isBehind)
      call = later
    }
    for (const round of this.#began.keys()) if (round < oldest) this.#began.delete(round)
    this.#askOn()
  }

  #visit(call: LastingCall, elapsed: number, isBehind: boolean): void {
    // Whoever is not identified yet has nothing that could end.
    if (call.state.auth === null) return
    let watched = this.#watched.get(call)
    if (watched === undefined) {
      watched = { isAsking: false, goodAt: elapsed, isDoubted: false }
      this.#watched.set(call, watched)
    }
    if (elapsed - watched.goodAt > PATIENCE) {
      end(call, unknownStanding(call.state.hasBegun))
      return
    }
    if (watched.isAsking || isBehind) return
    watched.isAsking = true
    this.#waiting.push(call)
  }

  #askOn(): void {
    let waiting = this.#waiting
    for (let index = 0; index < waiting.length; index++) {
      if (this.#asking >= AT_ONCE) {
        waiting = waiting.slice(index)
        break
      }
      this.#ask(waiting[index] as LastingCall)
      if (index === waiting.length - 1) waiting = []
    }
    this.#waiting = waiting
  }

  #ask(call: LastingCall): void {
    if (call.round < 0) return
    const came = this.#began.get(call.round) ?? 0
    const standing = call.ask(came)
    if (!(standing instanceof Promise)) {
      this.#heard(call, standing)
      return
    }
    this.#asking++
    void standing.then((late) => {
      this.#asking--
      this.#heard(call, late)
      this.#askOn()
    })
  }

  #heard(call: LastingCall, standing: Standing): void {
    const watched = this.#watched.get(call)
    if (watched === undefined || call.round < 0) return
    watched.isAsking = false
    if (standing === 'unknown') return
    if (standing === 'good') {
      watched.goodAt = this.#clock.elapsed()
      watched.isDoubted = false
    } else if (watched.isDoubted || call.isSent || !call.state.hasBegun) {
      end(call, standing)
    } else {
      // It may be what ended it: logging out, another password. Such a call has a round to answer.
      watched.isDoubted = true
    }
  }
}

/** Of a caller of whom nobody could say anything for too long. */
function unknownStanding(started: boolean): Gone {
  const problem = refuse('authenticator_unavailable', {
    headers: { 'retry-after': '5' },
    details: { started, retryable: !started },
  })
  return { problem, code: null }
}

/** Whatever comes of ending one must not keep the others from being ended. */
function end(call: LastingCall, { problem, code }: Gone): void {
  const { state } = call
  state.refusal = code
  // Nobody knows any more who is calling, and nothing of the developer's has been asked.
  if (!state.hasBegun) state.isUnidentified = true
  try {
    call.endFor(problem)
  } catch (err) {
    state.log.error({ err }, 'A call whose caller may not stay could not be ended')
  }
}
