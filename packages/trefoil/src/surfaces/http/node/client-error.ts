import type { Socket } from 'node:net'
import type { HttpReply } from '../../../contract/exchange.ts'
import { type Problem, refuse } from '../../../contract/problem.ts'
import type { HttpHandler } from '../http-surface.ts'
import { isAnswering } from './answering.ts'
import { markOverdue } from './lost-body.ts'
import { refuseUnread } from './unread-exchange.ts'

/** Time to read the answer before the connection is torn down. */
const LINGER_MS = 500

/**
 * Answers requests that node could not parse or that took too long, then closes: after a
 * malformed head nobody knows where the next request begins. The answer has the headers and the
 * request id of every other; no access event is written, because nobody knows what was asked.
 */
export function answerClientErrors(
  handler: HttpHandler,
): (error: NodeJS.ErrnoException, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') markOverdue(socket)
    if (!socket.writable || isAnswering(socket) || !isOfHttp(error)) {
      socket.destroy()
      return
    }
    // A client that keeps its half open would keep the connection for ever, timeouts being over.
    setTimeout(() => socket.destroy(), LINGER_MS).unref()
    const problem = problemOf(error.code)
    write(socket, problem, refuseUnread(handler, socket, problem))
  }
}

/**
 * Node tells of handshakes that fail or take too long in the same way. What is written into one waits
 * for its end; a client that then finishes it with HTTP/2 has node write a second time, which ends the
 * process (`Assertion failed: !current_write_`).
 */
function isOfHttp({ code }: NodeJS.ErrnoException): boolean {
  return code !== undefined && /^(?:HPE|ERR_HTTP)_/.test(code)
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

function problemOf(code: string | undefined): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return refuse('headers_too_large')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return refuse('request_timeout')
    case 'HPE_INVALID_VERSION':
      return refuse('http_version_not_supported')
    default:
      return refuse('bad_request')
  }
}
