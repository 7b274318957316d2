import type { CallState } from '../call-state.ts'
import type { Batch } from './batch.ts'
import { giveUpTask, runTask } from './run-task.ts'

/** `createApp({ limits: { background } })` after reading. */
export interface BackgroundLimits {
  readonly running: number
  readonly waiting: number
}

/** What a stopping app did not wait for. */
export interface GivenUp {
  readonly running: number
  readonly waiting: number
  /** Settles when what the running ones had open is closed; never rejects. */
  readonly closed: Promise<void>
}

/**
 * Work that goes on after answers (`call.background`): so many tasks at a time, those of one call one
 * after another. A stopping app waits for it. Nothing is lost silently: what finds no place is refused
 * while its call can still say so, and what a stopping app gives up is named.
 */
export class BackgroundTasks {
  readonly #limits: BackgroundLimits
  readonly #queue = new Set<Batch>()
  readonly #running = new Map<CallState, Batch>()
  /** Tasks that were accepted and have not begun. */
  #waiting = 0
  #isGivenUp = false
  #idle: PromiseWithResolvers<void> | null = null

  constructor(limits: BackgroundLimits) {
    this.#limits = limits
  }

  /** Keeps a place for a task that a call adds. @returns false when there is none */
  accept(): boolean {
    if (this.#waiting >= this.#limits.waiting) return false
    this.#waiting++
    return true
  }

  /** Gives back places of tasks that are not to run. */
  drop(count: number): void {
    this.#waiting -= count
  }

  /** Has the tasks of a call run, as soon as there is room; they have been accepted. */
  start(batch: Batch): void {
    if (this.#isGivenUp) {
      this.#waiting -= batch.giveUp()
      return
    }
    this.#queue.add(batch)
    this.#fill()
  }

  /** Resolves when nothing is running or waiting any more. */
  async idle(): Promise<void> {
    if (this.#isIdle()) return
    this.#idle ??= Promise.withResolvers()
    await this.#idle.promise
  }

  /** Says of each task that nobody waits for it any longer. None begins after this. */
  giveUp(): GivenUp {
    this.#isGivenUp = true
    const running = [...this.#running]
    const queue = [...this.#queue]
    this.#running.clear()
    this.#queue.clear()
    const closings = running.map(([state]) => giveUpTask(state))
    let waiting = 0
    for (const batch of [...running.map(([, rest]) => rest), ...queue]) waiting += batch.giveUp()
    this.#waiting -= waiting
    this.#tell()
    return { running: running.length, waiting, closed: Promise.all(closings).then(() => {}) }
  }

  /** The app starts again. */
  resume(): void {
    this.#isGivenUp = false
  }

  #fill(): void {
    for (const batch of this.#queue) {
      if (this.#running.size >= this.#limits.running) return
      this.#queue.delete(batch)
      this.#next(batch)
    }
  }

  #next(batch: Batch): void {
    const begun = batch.begin()
    if (begun === null) return
    const { state, run } = begun
    this.#waiting--
    this.#running.set(state, batch)
    void runTask(state, run).then(() => {
      // It was given up, and the rest of its batch with it.
      if (!this.#running.delete(state)) return
      this.#next(batch)
      this.#fill()
      this.#tell()
    })
  }

  #isIdle(): boolean {
    return this.#running.size === 0 && this.#queue.size === 0
  }

  #tell(): void {
    if (this.#idle === null || !this.#isIdle()) return
    this.#idle.resolve()
    this.#idle = null
  }
}
