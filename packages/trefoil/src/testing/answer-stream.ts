import type { TestExchange } from './test-exchange.ts'

const encoder = new TextEncoder()

/**
 * A streamed answer, read by the test. Leaving the loop early is what closing the connection is
 * over a network: the call is aborted and its dependencies close.
 */
export class AnswerStream implements AsyncIterableIterator<Uint8Array> {
  readonly #iterator: AsyncIterator<string | Uint8Array>
  readonly #exchange: TestExchange
  readonly #onEnd: () => void
  readonly #gone: Promise<never>
  #reject: (reason: unknown) => void = () => {}
  #bytes = 0
  #ended = false

  constructor(
    source: AsyncIterable<string | Uint8Array>,
    exchange: TestExchange,
    onEnd: () => void,
  ) {
    this.#iterator = source[Symbol.asyncIterator]()
    this.#exchange = exchange
    this.#onEnd = onEnd
    this.#gone = new Promise((_, reject) => {
      this.#reject = reject
    })
    this.#gone.catch(() => {})
  }

  [Symbol.asyncIterator](): AnswerStream {
    return this
  }

  /** @throws what the stream failed with, or the reason of an abort */
  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    while (!this.#ended) {
      let result: IteratorResult<string | Uint8Array, unknown>
      try {
        result = await Promise.race([this.#iterator.next(), this.#gone])
      } catch (error) {
        this.#end('failed')
        throw error
      }
      if (result.done === true) {
        this.#end('ok')
        break
      }
      const chunk = typeof result.value === 'string' ? encoder.encode(result.value) : result.value
      this.#bytes += chunk.byteLength
      if (chunk.byteLength > 0) return { done: false, value: chunk }
    }
    return { done: true, value: undefined }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#ended) {
      this.#abort()
      await this.#iterator.return?.()
    }
    return { done: true, value: undefined }
  }

  /** Breaks the connection off from outside; a reader that waits is told `reason`. */
  breakOff(reason: unknown): void {
    if (this.#ended) return
    this.#reject(reason)
    this.#abort()
    // Not awaited: a handler that does not look at its signal would hold the test up.
    this.#iterator.return?.().then(undefined, () => {})
  }

  #abort(): void {
    this.#ended = true
    this.#exchange.abort(this.#bytes)
    this.#onEnd()
  }

  #end(outcome: 'ok' | 'failed'): void {
    if (this.#ended) return
    this.#ended = true
    this.#exchange.finish({ outcome, bytes: this.#bytes })
    this.#onEnd()
  }
}
