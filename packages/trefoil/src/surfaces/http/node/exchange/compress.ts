import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import type { HttpBody } from '../../../../contract/answer/exchange.ts'
import type { DerivedStream } from '../../../../engine/answer/stream.ts'
import type { Encoding } from '../../response/compression-options.ts'

// The best ratio of each costs a hundred times the time: these levels are for answers made once.
const BROTLI: zlib.BrotliOptions = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }
const GZIP: zlib.ZlibOptions = { level: 6 }

type Compressor = zlib.BrotliCompress | zlib.Gzip | zlib.ZstdCompress
type Whole = (body: string | Uint8Array) => Promise<Uint8Array>

const WHOLE: Readonly<Record<Encoding, Whole>> = {
  zstd: (body) => promisify(zlib.zstdCompress)(body),
  br: (body) => promisify(zlib.brotliCompress)(body, BROTLI),
  gzip: (body) => promisify(zlib.gzip)(body, GZIP),
}

const STREAMING: Readonly<Record<Encoding, () => Compressor>> = {
  zstd: () => zlib.createZstdCompress(),
  br: () => zlib.createBrotliCompress(BROTLI),
  gzip: () => zlib.createGzip(GZIP),
}

/** Compresses a whole body, off the main thread. */
export async function compressWhole(
  body: string | Uint8Array,
  encoding: Encoding,
): Promise<Uint8Array> {
  return WHOLE[encoding](body)
}

/** Compresses a stream, flushing after every piece so that none waits for the next. */
export function compressStream(
  body: Exclude<HttpBody, string | Uint8Array | null>,
  encoding: Encoding,
): DerivedStream {
  return { derivedFrom: body, [Symbol.asyncIterator]: () => new CompressedStream(body, encoding) }
}

const DONE = { done: true, value: undefined } as const

/** No generator: `return` must reach the source even while a piece is awaited. */
class CompressedStream implements AsyncIterator<Uint8Array> {
  readonly #source: AsyncIterator<string | Uint8Array>
  readonly #encoding: Encoding
  #compressor: Compressor | null = null
  #output: Buffer[] = []
  #over = false

  constructor(source: AsyncIterable<string | Uint8Array>, encoding: Encoding) {
    this.#source = source[Symbol.asyncIterator]()
    this.#encoding = encoding
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    while (!this.#over) {
      const step = await this.#source.next()
      // Its reader left meanwhile, and the compressor is gone.
      if (this.#over) return DONE
      const compressor = this.#open()
      if (step.done === true) {
        this.#over = true
        await this.#run((done) => compressor.once('end', done).end())
      } else if (step.value.length > 0) {
        await this.#run((done) => {
          compressor.write(step.value)
          compressor.flush(done)
        })
      }
      const output = this.#take()
      if (output !== null) return { done: false, value: output }
    }
    return DONE
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#over = true
    this.#compressor?.destroy()
    await this.#source.return?.()
    return DONE
  }

  #open(): Compressor {
    if (this.#compressor !== null) return this.#compressor
    const compressor = STREAMING[this.#encoding]()
    compressor.on('readable', () => this.#drain())
    this.#compressor = compressor
    return compressor
  }

  #run(begin: (done: () => void) => void): Promise<void> {
    const compressor = this.#open()
    return new Promise((resolve, reject) => {
      const stop = (error?: Error) => {
        compressor.off('error', stop)
        compressor.off('close', stop)
        this.#drain()
        if (error === undefined) resolve()
        else reject(error)
      }
      compressor.once('error', stop)
      compressor.once('close', stop)
      begin(() => stop())
    })
  }

  #drain(): void {
    const compressor = this.#compressor
    if (compressor === null || compressor.destroyed) return
    for (let piece = compressor.read(); piece !== null; piece = compressor.read()) {
      this.#output.push(piece as Buffer)
    }
  }

  #take(): Uint8Array | null {
    if (this.#output.length === 0) return null
    const output = Buffer.concat(this.#output)
    this.#output = []
    return output
  }
}
