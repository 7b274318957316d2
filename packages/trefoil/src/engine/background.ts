import type { Awaitable } from '../base/promise.ts'
import type { Logger } from '../contract/call/logger.ts'
import { writeSafely } from '../record/write-safely.ts'
import type { CallIds } from './call-ids.ts'

/** Work that goes on after the answer (`call.background`). A stopping app waits for it. */
export class BackgroundTasks {
  readonly #running = new Map<Promise<void>, CallIds>()
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** @returns settles with the task, however that ends; never rejects */
  start(task: () => Awaitable<unknown>, ids: CallIds): Promise<void> {
    const running = this.#run(task, ids)
    this.#running.set(running, ids)
    void running.then(() => this.#running.delete(running))
    return running
  }

  /** Resolves when nothing is running any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.keys())
  }

  /**
   * Says of each task that nobody waits for it any longer.
   *
   * @returns how many there are
   */
  abandon(): number {
    for (const { requestId, callId } of this.#running.values()) {
      const fields = { request_id: requestId, call_id: callId }
      writeSafely(this.#logger, 'error', fields, 'Background task did not end before shutdown')
    }
    return this.#running.size
  }

  async #run(task: () => Awaitable<unknown>, ids: CallIds): Promise<void> {
    try {
      await task()
    } catch (error) {
      writeSafely(
        this.#logger,
        'error',
        { err: error, request_id: ids.requestId, call_id: ids.callId },
        'Background task failed',
      )
    }
  }
}
