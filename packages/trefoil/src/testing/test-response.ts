import { joinBytes } from '../base/join-bytes.ts'
import type { AnswerStream } from './answer-stream.ts'
import type { WireAnswer } from './transport.ts'

/** An answer to a test (TEST-3). Its body has been read, unless the request said `stream`. */
export class TestResponse {
  readonly status: number
  /** Repeated headers are joined; `getSetCookie()` gives cookies line by line. */
  readonly headers: Headers
  /** Values of the cookies this answer sets, by name; a removed cookie is left out. */
  readonly cookies: Readonly<Record<string, string>>
  readonly #content: Uint8Array | AnswerStream

  constructor({ status, headers }: WireAnswer, content: Uint8Array | AnswerStream) {
    this.status = status
    this.headers = new Headers()
    for (let index = 0; index < headers.length; index += 2) {
      this.headers.append(headers[index] as string, headers[index + 1] as string)
    }
    this.cookies = cookieValues(this.headers.getSetCookie())
    this.#content = content
  }

  /** True for 200 to 399. */
  get isSuccess(): boolean {
    return this.status >= 200 && this.status < 400
  }

  /** @throws TypeError for an answer asked for with `stream` */
  get bytes(): Uint8Array {
    if (this.#content instanceof Uint8Array) return this.#content
    throw new TypeError('This answer is a stream: read `body`, or ask without `stream`')
  }

  /** The body as UTF-8. @throws TypeError for an answer asked for with `stream` */
  get text(): string {
    return new TextDecoder().decode(this.bytes)
  }

  /** The body in pieces; the pieces of the handler when asked for with `stream`. */
  get body(): AsyncIterable<Uint8Array> {
    return this.#content instanceof Uint8Array ? onePiece(this.#content) : this.#content
  }

  /**
   * The body parsed as JSON. The type is yours to name; nothing checks it.
   *
   * @throws SyntaxError with the status and the beginning of a body that is no JSON
   */
  json<Value = unknown>(): Value {
    const { text } = this
    try {
      // The caller names the type: this is the edge of what the test knows.
      return JSON.parse(text) as Value
    } catch (cause) {
      const shown = JSON.stringify(text.slice(0, 200))
      throw new SyntaxError(`The answer (${this.status}) is not JSON: ${shown}`, { cause })
    }
  }
}

/** @throws Error when the stream fails before its end */
export async function readResponse(answer: WireAnswer, stream: boolean): Promise<TestResponse> {
  const { body } = answer
  if (stream || body instanceof Uint8Array) return new TestResponse(answer, body)
  const pieces: Uint8Array[] = []
  try {
    for await (const piece of body) pieces.push(piece)
  } catch (cause) {
    throw new Error(`The answer (${answer.status}) broke off after ${pieces.length} pieces`, {
      cause,
    })
  }
  return new TestResponse(answer, joinBytes(pieces))
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  if (bytes.byteLength > 0) yield bytes
}

function cookieValues(lines: readonly string[]): Readonly<Record<string, string>> {
  const values: Record<string, string> = Object.create(null)
  for (const line of lines) {
    const [pair = '', ...attributes] = line.split(';')
    const equals = pair.indexOf('=')
    if (equals === -1) continue
    const name = pair.slice(0, equals).trim()
    if (attributes.some((text) => /^\s*max-age=(?:0|-\d+)\s*$/i.test(text))) delete values[name]
    else values[name] = pair.slice(equals + 1).trim()
  }
  return values
}
