/** `createApp({ limits: { background } })` after reading. */
export interface BackgroundLimits {
  readonly running: number
  readonly waiting: number
}

/** The tasks of one call, as the list of all of them knows them. */
export interface Work {
  /** The task that begins now; `null` when none is left. */
  next(): Task | null
  /** Names those that have not begun, and never will. @returns how many there are */
  giveUp(): number
}

/** A task that has its turn. */
export interface Task {
  /** Settles when it is over and closed; never rejects. */
  run(): Promise<void>
  /** Nobody waits for it any longer. Settles when what it had open is closed; never rejects. */
  giveUp(): Promise<void>
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
  readonly #queue = new Set<Work>()
  readonly #running = new Map<Task, Work>()
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
  start(work: Work): void {
    if (this.#isGivenUp) {
      this.#waiting -= work.giveUp()
      return
    }
    this.#queue.add(work)
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
    const closings = running.map(([task]) => task.giveUp())
    let waiting = 0
    for (const work of [...running.map(([, rest]) => rest), ...queue]) waiting += work.giveUp()
    this.#waiting -= waiting
    this.#tell()
    return { running: running.length, waiting, closed: Promise.all(closings).then(() => {}) }
  }

  /** The app starts again. */
  resume(): void {
    this.#isGivenUp = false
  }

  #fill(): void {
    for (const work of this.#queue) {
      if (this.#running.size >= this.#limits.running) return
      this.#queue.delete(work)
      this.#next(work)
    }
  }

  #next(work: Work): void {
    const task = work.next()
    if (task === null) return
    this.#waiting--
    this.#running.set(task, work)
    void task.run().then(() => {
      // It was given up, and the rest of its call with it.
      if (!this.#running.delete(task)) return
      this.#next(work)
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
