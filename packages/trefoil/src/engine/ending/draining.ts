import { refuse } from '../../contract/problems/problem.ts'

/**
 * The beginning of an app's end: calls in flight go on, and those that wait for something without an
 * end can finish with it (FND-23). One app has one, whoever stops it and whatever way calls came in.
 */
export class Draining {
  readonly #listeners = new Set<() => void>()
  #hasBegun = false

  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** Has a call told; one that is over takes its listener away. */
  add(listener: () => void): void {
    this.#listeners.add(listener)
  }

  delete(listener: () => void): void {
    this.#listeners.delete(listener)
  }

  begin(): void {
    this.#hasBegun = true
    for (const listener of this.#listeners) listener()
    this.#listeners.clear()
  }

  /** It has stopped, and may be started again. */
  reset(): void {
    this.#hasBegun = false
  }
}

/**
 * What one call hears of it. Each has a signal of its own: what one handler does to a signal that all
 * were given (dispatch an event on it, leave ten thousand listeners) would be done to all.
 */
export class DrainWatch {
  readonly #draining: Draining
  readonly #within: (tell: () => void) => void
  #controller: AbortController | null = null
  #isOver = false

  /** @param within runs what tells the call in the call, whoever makes the app stop */
  constructor(draining: Draining, within: (tell: () => void) => void) {
    this.#draining = draining
    this.#within = within
  }

  /** True once somebody has asked: then it is theirs to end with it. */
  get isWatched(): boolean {
    return this.#controller !== null
  }

  /** True once somebody who asked was told. */
  get hasTold(): boolean {
    return this.#controller?.signal.aborted === true
  }

  /** Made on first use: most calls never look at it. */
  get signal(): AbortSignal {
    if (this.#controller !== null) return this.#controller.signal
    const controller = new AbortController()
    this.#controller = controller
    if (this.#draining.hasBegun) this.#tell()
    else if (!this.#isOver) this.#draining.add(this.#tell)
    return controller.signal
  }

  end(): void {
    this.#isOver = true
    this.#draining.delete(this.#tell)
  }

  readonly #tell = (): void => {
    // Thrown by whatever was given the signal, it is an answer that says when to try again.
    const problem = refuse('unavailable', {
      detail: 'The server is stopping',
      headers: { 'retry-after': '1' },
    })
    this.#within(() => this.#controller?.abort(problem))
  }
}
