/** A value that is sent piece by piece. */
export type StreamValue = AsyncIterable<string | Uint8Array>

type Piece = string | Uint8Array

/** Where the pieces of a stream come from. */
export interface PieceReader<P = Piece> {
  next(): Promise<IteratorResult<P>>
  /** Gives back what the stream holds, whether or not it was begun. */
  release(): Promise<unknown>
}

/**
 * `return()` of an iterator is not enough: that of a generator never begun runs nothing, and that
 * of one that waits for a piece waits behind it. Streams of node and of the web iterate with
 * such generators, and hold a descriptor or a connection from the day they are made.
 */
export function pieceReaderOf<P = Piece>(stream: AsyncIterable<P>): PieceReader<P> {
  if (isWebStream(stream)) return new WebReader(stream)
  return isNodeStream(stream) ? new NodeReader(stream) : new IteratorReader(stream)
}

const held = new WeakSet<object>()

/**
 * Listens for the error of a stream that nobody reads yet: one that nobody listens for ends the
 * process. Whoever reads it later still meets the error. Once a stream: every middleware hands it
 * on, and node warns of a leak from the eleventh listener.
 */
export function holdError(stream: AsyncIterable<unknown>): void {
  try {
    if (held.has(stream) || !isNodeStream(stream) || typeof stream.on !== 'function') return
    held.add(stream)
    stream.on('error', () => {})
  } catch {
    // Not a stream of node, whatever it looks like: who reads it meets what is wrong with it.
  }
}

interface NodeStream<P> extends AsyncIterable<P> {
  destroy(): unknown
  readonly on?: (event: 'error', listener: () => void) => unknown
}

interface WebStream<P> extends AsyncIterable<P> {
  getReader(): ReadableStreamDefaultReader<P>
  cancel(): Promise<void>
}

// By what they can do: a stream may come from another realm, or from a library.
function isNodeStream<P>(stream: AsyncIterable<P>): stream is NodeStream<P> {
  return 'destroy' in stream && typeof stream.destroy === 'function'
}

function isWebStream<P>(stream: AsyncIterable<P>): stream is WebStream<P> {
  return 'getReader' in stream && typeof stream.getReader === 'function' && 'cancel' in stream
}

class IteratorReader<P> implements PieceReader<P> {
  readonly #stream: AsyncIterable<P>
  /** `null` until the first piece is asked for. */
  protected iterator: AsyncIterator<P> | null = null

  constructor(stream: AsyncIterable<P>) {
    this.#stream = stream
  }

  async next(): Promise<IteratorResult<P>> {
    this.iterator ??= this.#stream[Symbol.asyncIterator]()
    return this.iterator.next()
  }

  async release(): Promise<unknown> {
    this.iterator ??= this.#stream[Symbol.asyncIterator]()
    return this.iterator.return?.()
  }
}

class NodeReader<P> extends IteratorReader<P> {
  readonly #stream: NodeStream<P>

  constructor(stream: NodeStream<P>) {
    super(stream)
    this.#stream = stream
  }

  override async release(): Promise<unknown> {
    this.#stream.destroy()
    return this.iterator?.return?.()
  }
}

class WebReader<P> implements PieceReader<P> {
  readonly #stream: WebStream<P>
  #reader: ReadableStreamDefaultReader<P> | null = null

  constructor(stream: WebStream<P>) {
    this.#stream = stream
  }

  async next(): Promise<IteratorResult<P>> {
    this.#reader ??= this.#stream.getReader()
    const { done, value } = await this.#reader.read()
    return done ? { done, value: undefined } : { done, value }
  }

  async release(): Promise<unknown> {
    return (this.#reader ?? this.#stream).cancel()
  }
}
