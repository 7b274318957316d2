import type { Socket } from 'node:net'
import type { HttpHandler, HttpReply } from '../../../../contract/answer/exchange.ts'
import { type Problem, refuse } from '../../../../contract/problems/problem.ts'
import type { RawHeaders } from '../../../../web/raw-headers.ts'
import { isAnswering, isIdle, takesNoMore } from '../exchange/answering.ts'
import { markOverdue } from '../exchange/lost-body.ts'
import { refuseUnread } from '../exchange/unread-exchange.ts'

/** What node says of bytes it could not parse; both members are missing for other errors. */
interface ClientError extends NodeJS.ErrnoException {
  readonly bytesParsed?: number
  readonly rawPacket?: Buffer
}

/** Time to read the answer before the connection is torn down. */
const LINGER_MS = 500

/**
 * Answers requests that node could not parse or that took too long, then closes: after a
 * malformed head nobody knows where the next request begins. The answer has the headers and the
 * request id of every other, and leaves a record, though nobody knows what was asked.
 */
export function answerClientErrors(
  handler: HttpHandler,
): (error: ClientError, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') markOverdue(socket)
    // One that closes has its answer: a second would be taken for that to the next request.
    const isAnswered = isAnswering(socket) || takesNoMore(socket)
    if (!socket.writable || isAnswered || !isOfHttp(error)) {
      socket.destroy()
      return
    }
    // A client that keeps its half open would keep the connection for ever, timeouts being over.
    setTimeout(() => socket.destroy(), LINGER_MS).unref()
    const problem = problemOf(error.code)
    const unread = { accept: acceptOf(error), isRecorded: isIdle(socket) === false }
    write(socket, problem, refuseUnread(handler, socket, problem, unread))
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

/** Bytes of a malformed head that are looked through. */
const READ_BYTES = 65_536

/**
 * The `Accept` lines of the head that could not be parsed (FND-31). Nothing else is believed of it:
 * an id, an origin or an address read from a head that nobody understands may be of another request.
 */
function acceptOf({ rawPacket, bytesParsed = 0 }: ClientError): RawHeaders {
  if (rawPacket === undefined) return []
  const text = rawPacket.toString('latin1', 0, READ_BYTES)
  // Behind the end of whatever came before it in this packet.
  const before = bytesParsed < HEAD_END.length ? -1 : text.lastIndexOf(HEAD_END, bytesParsed - 5)
  const start = before === -1 ? 0 : before + HEAD_END.length
  const end = text.indexOf(HEAD_END, start)
  const head = text.slice(start, end === -1 ? undefined : end)
  return [...head.matchAll(ACCEPT)].flatMap(([, value = '']) => ['accept', value])
}

const HEAD_END = '\r\n\r\n'
const ACCEPT = /^accept:[ \t]*([\x20-\x7e]*)/gim

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
