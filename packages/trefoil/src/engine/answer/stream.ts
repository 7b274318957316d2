import { Reply } from '../../contract/reply.ts'
import { holdError, type StreamSource, type StreamValue, sourceOf } from './stream-source.ts'

export type { StreamValue } from './stream-source.ts'

/** True for async iterables and web streams (which are async iterable in every supported runtime). */
export function isStream(value: unknown): value is StreamValue {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/**
 * To be called with whatever the developer's code returns, as soon as it is there: until its
 * answer is sent, a stream that fails would otherwise end the process.
 *
 * @returns the value
 */
export function holdStream(value: unknown): unknown {
  const inner = unwrapReply(value)
  if (isStream(inner)) holdError(inner)
  return value
}

/** The value inside a reply, or the value itself. */
export function unwrapReply(returned: unknown): unknown {
  return returned instanceof Reply ? returned.value : returned
}

/**
 * Passes a stream on and calls `ended` exactly once: when it is through, when it fails, or when
 * its reader gives up, even before the first piece. Dependencies stay open until then, and learn
 * of the failure (W-15).
 */
export function watchStream(stream: StreamValue, watcher: StreamWatcher): WatchedStream {
  holdError(stream)
  return new WatchedStream(stream, watcher)
}

/** What is told of a stream while it is sent. */
export interface StreamWatcher {
  /** Its end, once; a throw of its own fails the stream. */
  ended(failure: StreamFailure | null): Promise<void>
  /** Why its reader gave up. */
  gaveUp(): unknown
  firstPiece(): void
}

export interface StreamFailure {
  readonly error: unknown
}

function isPiece(piece: unknown): boolean {
  return typeof piece === 'string' || piece instanceof Uint8Array
}

const DONE = { done: true, value: undefined } as const

type Step = IteratorResult<string | Uint8Array>

/** No generator: `return` of one that was never started runs nothing, and would close nothing. */
export class WatchedStream implements AsyncIterableIterator<string | Uint8Array> {
  readonly #source: StreamSource
  readonly #watcher: StreamWatcher
  /** Why it was cut off: whoever reads on must not take it for whole (FND-59). */
  #cut: StreamFailure | null = null
  #hasBegun = false
  /** Ends the wait for a piece; `null` while nobody waits. */
  #leave: (() => void) | null = null
  #over = false

  constructor(stream: StreamValue, watcher: StreamWatcher) {
    this.#source = sourceOf(stream)
    this.#watcher = watcher
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<Step> {
    if (this.#over) return this.#rest()
    try {
      const step = await this.#piece()
      if (this.#over) return this.#rest()
      if (!this.#hasBegun) {
        this.#hasBegun = true
        this.#watcher.firstPiece()
      }
      if (step.done !== true && isPiece(step.value)) return step
      if (step.done !== true) await this.#refusePiece(step.value)
    } catch (error) {
      // What a source makes of being left is no failure.
      if (this.#over) return this.#rest()
      await this.#end({ error })
      throw error
    }
    await this.#end(null)
    return DONE
  }

  async return(): Promise<Step> {
    if (!this.#over) await this.#stop({ error: this.#watcher.gaveUp() })
    return DONE
  }

  /** Ends before the first piece, as a success: the answer needs none (HEAD, 304). */
  async skip(): Promise<void> {
    if (!this.#over) await this.#stop(null)
  }

  /** Ends because no answer can be made of it. */
  async fail(error: unknown): Promise<void> {
    if (this.#over) return
    this.#cut = { error }
    await this.#stop(this.#cut)
  }

  /** Also when nothing was read yet: what feeds a stream may be open already. */
  async #stop(failure: StreamFailure | null): Promise<void> {
    this.#over = true
    const releasing = this.#source.release()
    const leave = this.#leave
    if (leave === null) {
      try {
        await releasing
      } finally {
        await this.#watcher.ended(failure)
      }
      return
    }
    // A source that waits for an event may wait for ever. Its reader is gone, so what the call
    // holds is given back now; otherwise every client that leaves would cost a connection.
    releasing.catch(ignore)
    try {
      await this.#watcher.ended(failure)
    } finally {
      leave()
    }
  }

  #rest(): typeof DONE {
    if (this.#cut !== null) throw this.#cut.error
    return DONE
  }

  async #piece(): Promise<Step> {
    try {
      return await new Promise<Step>((resolve, reject) => {
        this.#leave = () => resolve(DONE)
        this.#source.next().then(resolve, reject)
      })
    } finally {
      this.#leave = null
    }
  }

  /** JavaScript sources yield anything; sent as it is, a number would be that many NUL bytes. */
  async #refusePiece(piece: unknown): Promise<never> {
    await this.#source.release()
    throw new TypeError(`A stream yields text or bytes, not ${typeof piece}`)
  }

  async #end(failure: StreamFailure | null): Promise<void> {
    if (this.#over) return
    this.#over = true
    await this.#watcher.ended(failure)
  }
}

// Whatever the ending of a stream brings up has been logged by its watcher.
const ignore = (): void => {}

/** Ends a stream whose pieces the answer does not need; nothing has failed. */
export function skipStream(value: unknown): void {
  if (value instanceof WatchedStream) value.skip().catch(ignore)
  else discardStream(value)
}

/** Ends a stream that nobody is going to read, also one inside a reply. */
export function discardStream(returned: unknown): void {
  const value = unwrapReply(returned)
  if (!isStream(value)) return
  if (value instanceof WatchedStream) value.return().catch(ignore)
  else release(value).catch(ignore)
}

/**
 * Ends a stream of which no answer can be made. What its call has open learns the reason, and not
 * that the caller left.
 *
 * @returns settles when its dependencies are closed; never rejects
 */
export async function failStream(value: unknown, error: unknown): Promise<void> {
  if (value instanceof WatchedStream) await value.fail(error).catch(ignore)
  else discardStream(value)
}

async function release(stream: StreamValue): Promise<void> {
  holdError(stream)
  await sourceOf(stream).release()
}
