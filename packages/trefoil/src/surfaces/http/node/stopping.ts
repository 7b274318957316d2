import type { ServerStop, StoppableCall } from '../../../contract/answer/exchange.ts'

/**
 * The end of a listener's patience. A call need not notice that its connection was cut: its handler
 * may not listen to its signal, or not have been started yet. Whoever keeps one back for long enough
 * would have it run while shutdown hooks take the pool from under it.
 */
export class Stopping implements ServerStop {
  #first: StoppableCall | null = null
  #stopped = false

  get stopped(): boolean {
    return this.#stopped
  }

  add(call: StoppableCall): void {
    const next = this.#first
    call.after = next
    if (next !== null) next.before = call
    this.#first = call
  }

  delete(call: StoppableCall): void {
    const { before, after } = call
    if (before !== null) before.after = after
    else if (this.#first === call) this.#first = after
    else return
    if (after !== null) after.before = before
    call.before = null
    call.after = null
  }

  /** Ends every call there is. */
  stop(): void {
    this.#stopped = true
    while (this.#first !== null) {
      const call = this.#first
      this.delete(call)
      call.stop()
    }
  }
}
