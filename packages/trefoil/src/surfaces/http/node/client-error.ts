import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { isPromiseLike } from '../../../base/promise.ts'
import type { Exchange, HttpReply } from '../../../contract/exchange.ts'
import { type Problem, refuse } from '../../../contract/problem.ts'
import { encodeProblem } from '../encode.ts'
import type { HttpHandler } from '../http-surface.ts'
import { isAnswering } from './answering.ts'
import type { Lingering } from './lingering.ts'
import { markOverdue } from './lost-body.ts'

/** Time to read the answer before the connection is torn down. */
const LINGER_MS = 500

/**
 * Answers requests that node could not parse or that took too long, then closes: after a
 * malformed head nobody knows where the next request begins. The answer has the headers and the
 * request id of every other; no access event is written, because nobody knows what was asked.
 */
export function answerClientErrors(
  handler: HttpHandler,
  lingering: Lingering,
): (error: NodeJS.ErrnoException, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') markOverdue(socket)
    // One that lingers has its answer: a second would be taken for that to the next request.
    const isAnswered = isAnswering(socket) || lingering.has(socket)
    if (!socket.writable || isAnswered || error.code === 'ECONNRESET') {
      socket.destroy()
      return
    }
    // A client that keeps its half open would keep the connection for ever, timeouts being over.
    setTimeout(() => socket.destroy(), LINGER_MS).unref()
    const problem = problemOf(error.code)
    write(socket, problem, replyOf(handler, socket, problem))
  }
}

/** Thrown from here, an error would end the process, and anybody can send nonsense. */
function replyOf(handler: HttpHandler, socket: Socket, problem: Problem): HttpReply {
  try {
    const reply = handler(new UnreadExchange(socket), problem)
    if (!isPromiseLike(reply)) return reply
  } catch {
    // The app cannot even refuse.
  }
  return encodeProblem(problem, '', [], ['x-content-type-options', 'nosniff'])
}

function write(socket: Socket, problem: Problem, { headers, body }: HttpReply): void {
  const text = typeof body === 'string' ? body : ''
  let head = `HTTP/1.1 ${problem.status} ${problem.detail}\r\n`
  for (let index = 0; index < headers.length; index += 2) {
    head += `${headers[index]}: ${headers[index + 1]}\r\n`
  }
  head += `content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n`
  socket.end(Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(text)]))
}

/** A request of which nothing is known but who sent it. */
class UnreadExchange implements Exchange {
  readonly method = ''
  readonly target = ''
  readonly rawHeaders: readonly string[] = []
  readonly peerAddress: string | null
  readonly encrypted: boolean
  readonly inProcess = false
  readonly aborted = false

  constructor(socket: Socket) {
    this.peerAddress = socket.remoteAddress ?? null
    this.encrypted = (socket as Partial<TLSSocket>).encrypted === true
  }

  onAbort(): void {}

  onDone(): void {}

  readBody(): Promise<never> {
    return Promise.reject(refuse('client_disconnected'))
  }

  bodyStream(): never {
    throw refuse('client_disconnected')
  }
}

function problemOf(code: string | undefined): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return refuse('headers_too_large')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return refuse('request_timeout')
    default:
      return refuse('bad_request')
  }
}
