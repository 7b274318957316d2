import type { Clock } from '../../base/clock.ts'
import { promised } from '../../base/promise.ts'
import type { Logger } from '../../contract/call/logger.ts'
import type { ApiKeyStore } from '../../contract/ports/api-keys.ts'

/** Milliseconds between two writes. */
const EVERY = 60_000
/** Keys of which the last use waits to be written; a key more is written by its next use. */
const MOST = 10_000

/** When keys were last used: written together once a minute, so that no call waits for it (KEY-4). */
export class LastUses {
  readonly #store: ApiKeyStore
  readonly #clock: Clock
  #waiting = new Map<string, number>()
  #writtenAt: number
  #log: Logger | null = null

  constructor(store: ApiKeyStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
    this.#writtenAt = clock.elapsed()
  }

  /** Never waits and never fails: what cannot be written is a line in the log. */
  note(id: string, log: Logger): void {
    this.#log = log
    if (this.#waiting.size < MOST || this.#waiting.has(id)) {
      this.#waiting.set(id, this.#clock.now())
    }
    if (this.#clock.elapsed() - this.#writtenAt < EVERY) return
    void this.stop()
  }

  /** Writes what waits, as far as it can: an app that stops because its database is away has not failed to stop. */
  async stop(): Promise<void> {
    try {
      await this.flush()
    } catch (error) {
      this.#log?.error({ err: error }, 'When API keys were last used could not be written')
    }
  }

  /** Writes what waits. What could not be written waits for the next time. */
  async flush(): Promise<void> {
    this.#writtenAt = this.#clock.elapsed()
    const waiting = this.#waiting
    if (waiting.size === 0) return
    this.#waiting = new Map()
    try {
      const uses = [...waiting].map(([id, at]) => Object.freeze({ id, at }))
      await promised<unknown>(this.#store.used(Object.freeze(uses)))
    } catch (error) {
      for (const [id, at] of waiting) if (!this.#waiting.has(id)) this.#waiting.set(id, at)
      throw error
    }
  }
}
