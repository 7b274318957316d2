import { freezeClass } from '../base/plain/freeze-class.ts'
import type { AuthContext } from '../contract/auth/auth-context.ts'
import type { CallOutcome, CallRecord, Driver } from '../contract/call/call-record.ts'
import type { CacheUse } from '../contract/limits/cache.ts'
import type { ObservedEnd } from '../contract/ports/observer.ts'
import { CallInSight } from '../engine/views/observed-call.ts'
import { driverOf, outcomeOf } from '../record/make-record.ts'
import type { Observers } from '../record/observers.ts'
import type { Arrival } from './arrival.ts'
import type { Measured, OnEnd } from './recorder.ts'

/** The request that carried it, for whoever asks. */
interface Carried {
  readonly http: CallRecord['http']
}

/** How a call ended, for those who look on. Worked out as far as they ask: a whole record costs more. */
class EndInSight implements ObservedEnd {
  readonly #arrival: Arrival
  readonly #measured: Measured
  readonly #site: Carried

  constructor(arrival: Arrival, measured: Measured, site: Carried) {
    this.#arrival = arrival
    this.#measured = measured
    this.#site = site
    Object.preventExtensions(this)
  }

  get hasBegun(): boolean {
    return this.#arrival.state !== null
  }
  get outcome(): CallOutcome {
    const { status, ended, sent } = this.#measured
    return outcomeOf(status, this.#arrival.dryRun, ended, sent)
  }
  get problem(): string | null {
    return this.#measured.ended?.publicCode ?? null
  }
  get status(): number {
    return this.#measured.status
  }
  get duration(): number {
    return this.#measured.duration
  }
  get bytes(): number {
    return this.#measured.bytes
  }
  get cache(): CacheUse | null {
    return this.#arrival.state?.cacheUse ?? null
  }
  get driven(): Driver {
    return driverOf(this.#arrival.surface, this.auth)
  }
  get auth(): AuthContext | null {
    return this.#arrival.state?.auth ?? null
  }
  get error(): unknown {
    return this.#arrival.state?.logged?.error
  }
  get rule(): string | null {
    return this.#arrival.state?.rule ?? null
  }
  get http(): CallRecord['http'] {
    return this.#site.http
  }

  /** Nothing of who called: whoever prints it prints counts. */
  toJSON(): object {
    const { outcome, problem, status, duration, bytes } = this
    return { outcome, problem, status, duration, bytes }
  }
}

freezeClass(EndInSight)

/** Tells those who look on how it ended. */
export function endTeller(observers: Observers): OnEnd {
  return (arrival, measured, site, clock) => {
    const { state, surface, entrypoint } = arrival
    // What was refused before it was a call is seen for the first time.
    const call =
      state === null
        ? new CallInSight(arrival, { surface, entrypoint, action: null }, clock)
        : state.observe()
    observers.ended(call, new EndInSight(arrival, measured, site))
  }
}
