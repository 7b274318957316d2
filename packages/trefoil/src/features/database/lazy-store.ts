import type { SqlStore } from '../../parts.ts'

/** A store that is opened when it is first asked for, and anew after an app of it was stopped and started. */
export class LazyStore<Tables> {
  readonly #opening: () => SqlStore<Tables>
  #open: SqlStore<Tables> | null = null
  #isStopped = false

  constructor(opening: () => SqlStore<Tables>) {
    this.#opening = opening
  }

  /** @throws Error once it has been stopped */
  get(): SqlStore<Tables> {
    if (this.#isStopped) throw new Error('The database is closed: its app has been stopped')
    this.#open ??= this.#opening()
    return this.#open
  }

  /** What is open; it is not opened for this. */
  load(): ReturnType<SqlStore<Tables>['load']> {
    return this.#open?.load() ?? []
  }

  start(): void {
    this.#isStopped = false
  }

  /** Whoever asks next opens it again. */
  async close(): Promise<void> {
    const closing = this.#open
    this.#open = null
    await closing?.close()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.close()
  }
}
