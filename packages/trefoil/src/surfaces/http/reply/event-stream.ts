import { freezeClass } from '../../../base/freeze-class.ts'
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

type Arrival<Event> = { readonly step: IteratorResult<Event> } | { readonly error: unknown }

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
  #arrived: Arrival<Event> | null = null
  #wake: (() => void) | null = null
  #over = false

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
    if (this.#over) return DONE
    this.#over = true
    this.#wake?.()
    const returning = this.#source.return?.()
    if (this.#waiting) returning?.catch(() => {})
    else await returning
    return DONE
  }

  #ask(): void {
    this.#waiting = true
    const arrive = (arrival: Arrival<Event>) => {
      this.#arrived = arrival
      this.#wake?.()
    }
    this.#source.next().then(
      (step) => arrive({ step }),
      (error: unknown) => arrive({ error }),
    )
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

  #take(): Arrival<Event> | null {
    const arrived = this.#arrived
    if (arrived !== null) {
      this.#arrived = null
      this.#waiting = false
    }
    return arrived
  }

  async #write(arrived: Arrival<Event> | null): Promise<IteratorResult<string>> {
    if (this.#over) return DONE
    if (arrived === null) return { done: false, value: COMMENT }
    if ('error' in arrived) {
      this.#over = true
      throw arrived.error
    }
    const { step } = arrived
    if (step.done === true) {
      this.#over = true
      return DONE
    }
    try {
      return { done: false, value: this.#format(step.value) }
    } catch (error) {
      await this.return()
      throw error
    }
  }
}

// Whoever has an event stream reaches it by iterating, and with it every other call's (FND-57).
freezeClass(EventStream)
