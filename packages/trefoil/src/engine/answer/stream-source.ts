/** A value that is sent piece by piece. */
export type StreamValue = AsyncIterable<string | Uint8Array>

type Step = IteratorResult<string | Uint8Array>

/** Where the pieces of a stream come from. */
export interface StreamSource {
  next(): Promise<Step>
  /** Gives back what the stream holds, whether or not it was begun. */
  release(): Promise<unknown>
}

/**
 * `return()` of an iterator is not enough: that of a generator never begun runs nothing, and that
 * of one that waits for a piece waits behind it. Streams of node and of the web iterate with
 * such generators, and hold a descriptor or a connection from the day they are made.
 */
export function sourceOf(stream: StreamValue): StreamSource {
  if (isWebStream(stream)) return new WebSource(stream)
  return isNodeStream(stream) ? new NodeSource(stream) : new IteratorSource(stream)
}

const held = new WeakSet<NodeStream>()

/**
 * Listens for the error of a stream that nobody reads yet: one that nobody listens for ends the
 * process. Whoever reads it later still meets the error. Once a stream: every middleware hands it
 * on, and node warns of a leak from the eleventh listener.
 */
export function holdError(stream: StreamValue): void {
  if (!isNodeStream(stream) || stream.on === undefined || held.has(stream)) return
  held.add(stream)
  stream.on('error', () => {})
}

interface NodeStream extends StreamValue {
  destroy(): unknown
  on?(event: 'error', listener: () => void): unknown
}

interface WebStream extends StreamValue {
  getReader(): ReadableStreamDefaultReader<string | Uint8Array>
  cancel(): Promise<void>
}

// By what they can do: a stream may come from another realm, or from a library.
function isNodeStream(stream: StreamValue): stream is NodeStream {
  return 'destroy' in stream && typeof stream.destroy === 'function'
}

function isWebStream(stream: StreamValue): stream is WebStream {
  return 'getReader' in stream && typeof stream.getReader === 'function' && 'cancel' in stream
}

class IteratorSource implements StreamSource {
  readonly #stream: StreamValue
  /** `null` until the first piece is asked for. */
  protected iterator: AsyncIterator<string | Uint8Array> | null = null

  constructor(stream: StreamValue) {
    this.#stream = stream
  }

  async next(): Promise<Step> {
    this.iterator ??= this.#stream[Symbol.asyncIterator]()
    return this.iterator.next()
  }

  async release(): Promise<unknown> {
    this.iterator ??= this.#stream[Symbol.asyncIterator]()
    return this.iterator.return?.()
  }
}

class NodeSource extends IteratorSource {
  readonly #stream: NodeStream

  constructor(stream: NodeStream) {
    super(stream)
    this.#stream = stream
  }

  override async release(): Promise<unknown> {
    this.#stream.destroy()
    return this.iterator?.return?.()
  }
}

class WebSource implements StreamSource {
  readonly #stream: WebStream
  #reader: ReadableStreamDefaultReader<string | Uint8Array> | null = null

  constructor(stream: WebStream) {
    this.#stream = stream
  }

  async next(): Promise<Step> {
    this.#reader ??= this.#stream.getReader()
    const { done, value } = await this.#reader.read()
    return done ? { done, value: undefined } : { done, value }
  }

  async release(): Promise<unknown> {
    return (this.#reader ?? this.#stream).cancel()
  }
}
