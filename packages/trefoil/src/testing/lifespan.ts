import type { AppHandle } from '../contract/call/app-handle.ts'

/** Starts the app on first use and stops it at the end, when the test did not say otherwise. */
export class Lifespan {
  readonly #app: AppHandle
  readonly #managed: boolean
  #starting: Promise<void> | null = null
  #closed = false

  /** @param managed false leaves start-up and shutdown to the test */
  constructor(app: AppHandle, managed: boolean) {
    this.#app = app
    this.#managed = managed
  }

  /** @throws Error once closed; what a start-up hook threw */
  async begin(): Promise<void> {
    if (this.#closed) throw new Error('The test client is closed')
    if (!this.#managed) return
    this.#starting ??= this.#app.startup()
    await this.#starting
  }

  /** Begins to stop the app, if this has started it; settles with its drain hooks. */
  async drain(): Promise<void> {
    await this.#starting
    await this.#app.drain()
  }

  /** @throws AggregateError with what the shutdown hooks threw */
  async end(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.#starting === null) return
    // A start-up that failed has undone itself and was reported to whoever made the first request.
    const started = await this.#starting.then(
      () => true,
      () => false,
    )
    if (started) await this.#app.shutdown()
  }
}
