import type { Awaitable } from '../base/promise.ts'
import type { Logger } from '../contract/logger.ts'
import { writeSafely } from '../record/write-safely.ts'

/** Work that goes on after the answer (`call.background`). A stopping app waits for all of it. */
export class BackgroundTasks {
  readonly #running = new Set<Promise<void>>()
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  start(task: () => Awaitable<unknown>, requestId: string): void {
    const running = this.#run(task, requestId)
    this.#running.add(running)
    void running.then(() => this.#running.delete(running))
  }

  /** Resolves when nothing is running any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  async #run(task: () => Awaitable<unknown>, requestId: string): Promise<void> {
    try {
      await task()
    } catch (error) {
      writeSafely(
        this.#logger,
        'error',
        { err: error, request_id: requestId },
        'Background task failed',
      )
    }
  }
}
