import { Pace } from '../../base/pace.ts'
import { PartialContent } from '../../contract/answer/partial-content.ts'
import { Reply } from '../../contract/answer/reply.ts'
import { PieceMemory } from './piece-memory.ts'
import { holdError, type PieceReader, pieceReaderOf, type StreamValue } from './piece-reader.ts'

export type { StreamValue } from './piece-reader.ts'

/** True for async iterables and web streams (which are async iterable in every supported runtime). */
export function isStream(value: unknown): value is StreamValue {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function'
  )
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
  /** The first that is not empty: who sends nothing has not begun to answer. */
  firstPiece(): void
  /** Runs what is the source's own in its call. */
  within<Value>(work: () => Value): Value
  /** Milliseconds that a source gets for letting go, before the call is closed all the same. */
  readonly patience: number
}

export interface StreamFailure {
  readonly error: unknown
}

function isPiece(piece: unknown): piece is string | Uint8Array {
  return typeof piece === 'string' || piece instanceof Uint8Array
}

const DONE = { done: true, value: undefined } as const

type Step = IteratorResult<string | Uint8Array>

/** No generator: `return` of one that was never started runs nothing, and would close nothing. */
export class WatchedStream implements AsyncIterableIterator<string | Uint8Array> {
  readonly #source: PieceReader
  readonly #watcher: StreamWatcher
  readonly #pace = new Pace()
  /** For copies of its pieces; `null` when nobody else can reach their memory. */
  readonly #memory: PieceMemory | null
  /** Called when it is cut off, for a reader who waits for something else just then. */
  onCut: (() => void) | null = null
  /** Called with each that is handed over; `null` while nobody asks. */
  onPiece: ((piece: string | Uint8Array) => void) | null = null
  /** Why it was cut off: whoever reads on must not take it for whole (FND-59). */
  #cut: StreamFailure | null = null
  #hasBegun = false
  /** Ends the wait for a piece; `null` while nobody waits. */
  #leave: (() => void) | null = null
  /**
   * Settles when its call is closed; `null` until it ends. Whoever asks later waits for it too: a
   * server that believed a stream to be over would shut a pool down under its transaction.
   */
  #ending: Promise<void> | null = null

  constructor(stream: StreamValue, watcher: StreamWatcher) {
    this.#source = pieceReaderOf(stream)
    this.#watcher = watcher
    this.#memory = stream instanceof PartialContent ? null : new PieceMemory()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<Step> {
    if (this.#ending !== null) return this.#rest(this.#ending)
    const turn = this.#pace.step()
    if (turn !== null) {
      await turn
      if (this.#ending !== null) return this.#rest(this.#ending)
    }
    try {
      const step = await this.#piece()
      if (this.#ending !== null) return await this.#rest(this.#ending)
      if (step.done !== true) {
        const taken = this.#take(step.value)
        return taken instanceof Promise ? await taken : taken
      }
    } catch (error) {
      // What a source makes of being left is no failure.
      if (this.#ending !== null) return this.#rest(this.#ending)
      await this.#stop(() => ({ error }))
      throw error
    }
    await this.#end(() => this.#watcher.ended(null))
    return DONE
  }

  async return(): Promise<Step> {
    await this.#stop(() => ({ error: this.#watcher.gaveUp() }))
    return DONE
  }

  /** Ends here, as a success: no more is needed (HEAD, 304, a server that drains). */
  async skip(): Promise<void> {
    await this.#stop(() => null)
  }

  /** Ends because no answer can be made of it. */
  async fail(error: unknown): Promise<void> {
    if (this.#ending === null) this.#cut = { error }
    const stopping = this.#stop(() => this.#cut)
    this.onCut?.()
    await stopping
  }

  /** Also when nothing was read yet: what feeds a stream may be open already. */
  #stop(failure: () => StreamFailure | null): Promise<void> {
    if (this.#ending !== null) return this.#ending.catch(ignore)
    return this.#end(async () => {
      const leave = this.#leave
      // What a source makes of being left is no failure.
      const releasing = this.#watcher.within(() => this.#source.release())
      releasing.catch(ignore)
      // A source that waits for an event may wait for ever. Its reader is gone, so what the call
      // holds is given back now; otherwise every client that leaves would cost a connection. One
      // that waits for nothing is given its time: it may need what the call holds to let go.
      if (leave === null) await inTime(releasing, this.#watcher.patience)
      else leave()
      await this.#watcher.ended(failure())
    })
  }

  /** @throws why it is not whole */
  async #rest(ending: Promise<void>): Promise<typeof DONE> {
    await (this.#cut === null ? ending : ending.catch(ignore))
    if (this.#cut !== null) throw this.#cut.error
    return DONE
  }

  async #piece(): Promise<Step> {
    try {
      return await new Promise<Step>((resolve, reject) => {
        this.#leave = () => resolve(DONE)
        this.#watcher.within(() => this.#source.next()).then(resolve, reject)
      })
    } finally {
      this.#leave = null
    }
  }

  #take(piece: unknown): Step | Promise<Step> {
    if (!isPiece(piece)) return this.#refusePiece(piece)
    if (!this.#hasBegun && piece.length > 0) {
      this.#hasBegun = true
      this.#watcher.firstPiece()
    }
    this.onPiece?.(piece)
    // A copy: it waits for a slow reader, and its source may write the next piece (another
    // caller's, out of a pool) into the same memory before it has left.
    const memory = typeof piece === 'string' ? null : this.#memory
    return { done: false, value: memory === null ? piece : memory.copy(piece as Uint8Array) }
  }

  /** JavaScript sources yield anything; sent as it is, a number would be that many NUL bytes. */
  async #refusePiece(piece: unknown): Promise<never> {
    const error = new TypeError(`A stream yields text or bytes, not ${typeof piece}`)
    await this.fail(error)
    throw error
  }

  /** Of two that end it the first says how. Known before anything runs that might ask again. */
  #end(work: () => Promise<void>): Promise<void> {
    let settle: (ending: Promise<void>) => void = ignore
    this.#ending = new Promise((resolve) => {
      settle = resolve
    })
    settle(work())
    return this.#ending
  }
}

/** A stream made of another, to be sent in its place. */
export interface DerivedStream extends AsyncIterable<string | Uint8Array> {
  readonly derivedFrom: AsyncIterable<string | Uint8Array>
}

/** The watched stream that a body is, or is made of; `null` for a body of its own. */
export function watchedIn(body: unknown): WatchedStream | null {
  if (body instanceof WatchedStream) return body
  return isStream(body) && 'derivedFrom' in body ? watchedIn(body.derivedFrom) : null
}

/** Resolves when the work has ended, however it did, or after `ms` milliseconds; 0 for any time. */
function inTime(work: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = ms === 0 ? undefined : setTimeout(resolve, ms)
    const done = () => {
      clearTimeout(timer)
      resolve()
    }
    work.then(done, done)
  })
}

// Whatever the ending of a stream brings up has been logged by its watcher.
const ignore = (): void => {}

/**
 * Ends a stream whose pieces the answer does not need; nothing has failed.
 *
 * @returns as {@link failStream}
 */
export async function skipStream(value: unknown): Promise<void> {
  if (value instanceof WatchedStream) await value.skip().catch(ignore)
  else await discardStream(value)
}

/**
 * Ends a stream that nobody is going to read, also one inside a reply.
 *
 * @returns as {@link failStream}
 */
export async function discardStream(returned: unknown): Promise<void> {
  try {
    const value = unwrapReply(returned)
    if (!isStream(value)) return
    if (value instanceof WatchedStream) await value.return()
    else await release(value)
  } catch {
    // What letting go brings up is nobody's: not what the source throws, nor its getters.
  }
}

/**
 * Ends a stream of which no answer can be made. What its call has open learns the reason, and not
 * that the caller left.
 *
 * @returns settles when its dependencies are closed; never rejects
 */
export async function failStream(value: unknown, error: unknown): Promise<void> {
  const watched = watchedIn(value)
  if (watched !== null) await watched.fail(error).catch(ignore)
  else await discardStream(value)
}

async function release(stream: StreamValue): Promise<void> {
  holdError(stream)
  await pieceReaderOf(stream).release()
}
