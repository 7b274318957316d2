import { freezeClass } from '../../../base/plain/freeze-class.ts'
import { startTimer } from '../../../base/start-timer.ts'

/** Timers, so that a test can hold them still. */
export interface Timers {
  /** Calls back once, after `ms`; the returned function stops it. */
  after(ms: number, callback: () => void): () => void
}

export const systemTimers: Timers = {
  after: startTimer,
}

/** A comment line; clients ignore it. */
const COMMENT = ':\n\n'
const DONE = { done: true, value: undefined } as const

type Arrival = IteratorResult<string> | { readonly error: unknown; readonly isUnfit: boolean }

/**
 * Events as text, with a comment first and after every silence. No generator: while one waits for
 * an event its `return` waits too, and a client that left would never be noticed.
 */
export class EventStream<Event> implements AsyncIterableIterator<string> {
  readonly #source: AsyncIterator<Event>
  readonly #format: (event: Event) => string
  readonly #silence: number
  readonly #timers: Timers
  #greeted = false
  #waiting = false
  #arrived: Arrival | null = null
  #wake: (() => void) | null = null
  #over = false
  #returning: Promise<unknown> | null = null

  /** @param silence milliseconds until a comment; 0 for none */
  constructor(
    events: AsyncIterable<Event>,
    format: (event: Event) => string,
    silence: number,
    timers: Timers,
  ) {
    this.#source = events[Symbol.asyncIterator]()
    this.#format = format
    this.#silence = silence
    this.#timers = timers
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<string>> {
    if (this.#over) return DONE
    if (!this.#greeted) {
      this.#greeted = true
      return { done: false, value: COMMENT }
    }
    if (!this.#waiting) this.#ask()
    if (this.#arrived === null) await this.#eventOrSilence()
    return this.#write(this.#take())
  }

  async return(): Promise<IteratorResult<string>> {
    if (!this.#over) this.#leave()
    const returning = this.#returning
    if (this.#waiting) returning?.catch(() => {})
    else await returning
    return DONE
  }

  #leave(): void {
    this.#over = true
    this.#wake?.()
    this.#returning = (async () => this.#source.return?.())()
  }

  #ask(): void {
    this.#waiting = true
    const arrive = (arrival: Arrival) => {
      this.#arrived = arrival
      this.#wake?.()
    }
    this.#source.next().then(
      (step) => arrive(step.done === true ? DONE : this.#textOf(step.value)),
      (error: unknown) => arrive({ error, isUnfit: false }),
    )
  }

  /** At once: until a slow reader asks for it, who yielded the event may have changed it. */
  #textOf(event: Event): Arrival {
    try {
      return { done: false, value: this.#format(event) }
    } catch (error) {
      return { error, isUnfit: true }
    }
  }

  #eventOrSilence(): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#silence > 0 ? this.#timers.after(this.#silence, () => go()) : () => {}
      const go = () => {
        stop()
        this.#wake = null
        resolve()
      }
      this.#wake = go
    })
  }

  #take(): Arrival | null {
    const arrived = this.#arrived
    if (arrived !== null) {
      this.#arrived = null
      this.#waiting = false
    }
    return arrived
  }

  #write(arrived: Arrival | null): IteratorResult<string> {
    if (this.#over) return DONE
    if (arrived === null) return { done: false, value: COMMENT }
    if ('error' in arrived) {
      this.#over = true
      // Not waited for: who reads us gives the source its time, and no more, by `return`.
      if (arrived.isUnfit) this.#leave()
      this.#returning?.catch(() => {})
      throw arrived.error
    }
    if (arrived.done === true) this.#over = true
    return arrived
  }
}

// Whoever has an event stream reaches it by iterating, and with it every other call's (FND-57).
freezeClass(EventStream)
