import type { ServerStop } from '../../../contract/exchange.ts'

/**
 * The end of a listener's patience. A call need not notice that its connection was cut: its handler
 * may not listen to its signal, or not have been started yet. Whoever keeps one back for long enough
 * would have it run while shutdown hooks take the pool from under it.
 */
export class Stopping implements ServerStop {
  readonly #listeners = new Set<() => void>()
  #stopped = false

  get stopped(): boolean {
    return this.#stopped
  }

  add(listener: () => void): void {
    this.#listeners.add(listener)
  }

  delete(listener: () => void): void {
    this.#listeners.delete(listener)
  }

  /** Ends every call there is. */
  stop(): void {
    this.#stopped = true
    for (const listener of this.#listeners) listener()
    this.#listeners.clear()
  }
}
