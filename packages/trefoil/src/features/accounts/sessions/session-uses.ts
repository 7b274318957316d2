import type { Clock, Logger } from '../../../index.ts'
import type { LoginSessionStore } from '../../../stores.ts'

/** Milliseconds between two writes. */
const EVERY = 60_000
/** Sessions whose last use waits to be written; one more is written by its next use. */
const MOST = 10_000

/** When sessions were last used: written together once a minute, so that no call waits for it. */
export class SessionUses {
  readonly #store: LoginSessionStore
  readonly #clock: Clock
  readonly #every: number
  #waiting = new Map<string, number>()
  #writtenAt: number
  #log: Logger | null = null

  /** @param idle the shortest life of a session without use: it must not end while it is used */
  constructor(store: LoginSessionStore, clock: Clock, idle: number) {
    this.#store = store
    this.#clock = clock
    this.#every = Math.min(EVERY, idle / 4)
    this.#writtenAt = clock.elapsed()
  }

  /** Never waits and never fails: what cannot be written is a line in the log. */
  note(id: string, log: Logger): void {
    this.#log = log
    if (this.#waiting.size < MOST || this.#waiting.has(id)) {
      this.#waiting.set(id, this.#clock.now())
    }
    if (this.#clock.elapsed() - this.#writtenAt < this.#every) return
    void this.#write()
  }

  /** Writes what waits, as far as it can: an app that stops because its database is away has not failed to stop. */
  async stop(): Promise<void> {
    await this.#write()
  }

  async #write(): Promise<void> {
    try {
      await this.flush()
    } catch (error) {
      this.#log?.error({ err: error }, 'When login sessions were last used could not be written')
    }
  }

  /** When one that still waits was used; `null` for none. */
  waiting(id: string): number | null {
    return this.#waiting.get(id) ?? null
  }

  /** Writes what waits. What could not be written waits for the next time. */
  async flush(): Promise<void> {
    this.#writtenAt = this.#clock.elapsed()
    const waiting = this.#waiting
    if (waiting.size === 0) return
    this.#waiting = new Map()
    try {
      await this.#store.seen([...waiting].map(([id, at]) => ({ id, at })))
    } catch (error) {
      for (const [id, at] of waiting) if (!this.#waiting.has(id)) this.#waiting.set(id, at)
      throw error
    }
  }
}
