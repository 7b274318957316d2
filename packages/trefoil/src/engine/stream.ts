/** A value that is sent piece by piece. */
export type StreamValue = AsyncIterable<string | Uint8Array>

/** True for async iterables and web streams (which are async iterable in every supported runtime). */
export function isStream(value: unknown): value is StreamValue {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/**
 * Passes a stream on and calls `ended` exactly once: when it is through, when it fails, or when
 * its reader gives up, even before the first piece. Dependencies stay open until then, and learn
 * of the failure (W-15).
 *
 * @param ended receives the failure, or `null`; its own throw fails the stream
 */
export function watchStream(
  stream: StreamValue,
  ended: (failure: StreamFailure | null) => Promise<void>,
  gaveUp: () => unknown,
): AsyncIterableIterator<string | Uint8Array> {
  return new WatchedStream(stream, ended, gaveUp)
}

interface StreamFailure {
  readonly error: unknown
}

function isPiece(piece: unknown): boolean {
  return typeof piece === 'string' || piece instanceof Uint8Array
}

const DONE = { done: true, value: undefined } as const

type Step = IteratorResult<string | Uint8Array>

/** No generator: `return` of one that was never started runs nothing, and would close nothing. */
class WatchedStream implements AsyncIterableIterator<string | Uint8Array> {
  readonly #stream: StreamValue
  readonly #ended: (failure: StreamFailure | null) => Promise<void>
  readonly #gaveUp: () => unknown
  #source: AsyncIterator<string | Uint8Array> | null = null
  #waiting = false
  #over = false

  constructor(
    stream: StreamValue,
    ended: (failure: StreamFailure | null) => Promise<void>,
    gaveUp: () => unknown,
  ) {
    this.#stream = stream
    this.#ended = ended
    this.#gaveUp = gaveUp
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<Step> {
    if (this.#over) return DONE
    this.#waiting = true
    try {
      this.#source ??= this.#stream[Symbol.asyncIterator]()
      const step = await this.#source.next()
      this.#waiting = false
      if (step.done !== true && isPiece(step.value)) return step
      if (step.done !== true) await this.#refusePiece(step.value)
    } catch (error) {
      await this.#end({ error })
      throw error
    }
    await this.#end(null)
    return DONE
  }

  async return(): Promise<Step> {
    if (this.#over) return DONE
    this.#over = true
    // Also when nothing was read yet: a web stream holds on to what feeds it until cancelled.
    this.#source ??= this.#stream[Symbol.asyncIterator]()
    const returning = this.#source.return?.()
    const failure = { error: this.#gaveUp() }
    if (this.#waiting) {
      // A source that waits for an event may wait for ever. Its reader is gone, so what it holds
      // is given back now; otherwise every client that leaves would cost a connection.
      returning?.catch(() => {})
      await this.#ended(failure)
    } else {
      try {
        await returning
      } finally {
        await this.#ended(failure)
      }
    }
    return DONE
  }

  /** Ends before the first piece, as a success: the answer needs none (HEAD, 304). */
  async skip(): Promise<void> {
    if (this.#over) return
    this.#over = true
    this.#source ??= this.#stream[Symbol.asyncIterator]()
    try {
      await this.#source.return?.()
    } finally {
      await this.#ended(null)
    }
  }

  /** JavaScript sources yield anything; sent as it is, a number would be that many NUL bytes. */
  async #refusePiece(piece: unknown): Promise<never> {
    await this.#source?.return?.()
    throw new TypeError(`A stream yields text or bytes, not ${typeof piece}`)
  }

  async #end(failure: StreamFailure | null): Promise<void> {
    if (this.#over) return
    this.#over = true
    await this.#ended(failure)
  }
}

/** Ends a stream whose pieces the answer does not need; nothing has failed. */
export function skipStream(value: unknown): void {
  if (value instanceof WatchedStream) value.skip().catch(() => {})
  else discardStream(value)
}

/** Ends a stream that nobody is going to read. */
export function discardStream(value: unknown): void {
  if (!isStream(value)) return
  // Whatever ending it brings up has been logged by its watcher.
  value[Symbol.asyncIterator]()
    .return?.()
    .catch(() => {})
}
