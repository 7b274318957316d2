import type { Clock } from '../../base/clock.ts'
import type { StoredApiKey } from '../../contract/ports/api-keys.ts'

interface Entry {
  readonly key: StoredApiKey | null
  /** `clock.elapsed()` from which it is too old. */
  readonly until: number
}

/**
 * Keys as the store had them a moment ago, absent ones too: a warm call reads nothing (KEY-4), and a
 * revocation is seen when the moment is over (KEY-5). It holds no secret that anybody could use.
 */
export class KeyCache {
  readonly #entries = new Map<string, Entry>()
  readonly #size: number
  readonly #lifetime: number
  readonly #clock: Clock

  /** @param lifetime milliseconds */
  constructor(size: number, lifetime: number, clock: Clock) {
    this.#size = size
    this.#lifetime = lifetime
    this.#clock = clock
  }

  /** @returns `undefined` for one that has to be read */
  get(id: string): StoredApiKey | null | undefined {
    const entry = this.#entries.get(id)
    if (entry === undefined) return undefined
    if (entry.until > this.#clock.elapsed()) return entry.key
    this.#entries.delete(id)
    return undefined
  }

  /** @param since `clock.elapsed()` when reading began: what it read is as old as that */
  set(id: string, key: StoredApiKey | null, since: number): void {
    if (this.#size === 0 || this.#lifetime === 0) return
    this.#entries.delete(id)
    if (this.#entries.size >= this.#size) {
      const oldest = this.#entries.keys().next()
      if (!oldest.done) this.#entries.delete(oldest.value)
    }
    this.#entries.set(id, { key, until: since + this.#lifetime })
  }

  delete(id: string): void {
    this.#entries.delete(id)
  }
}
