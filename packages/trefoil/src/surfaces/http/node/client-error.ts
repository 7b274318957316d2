import type { Socket } from 'node:net'
import { type Problem, refuse } from '../../../contract/problem.ts'
import { problemDocument } from '../problem-document.ts'

/** Time to read the answer before the connection is torn down. */
const LINGER_MS = 500

/**
 * Answers a request that node could not parse or that took too long, then closes: after a
 * malformed head nobody knows where the next request begins.
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || socket.bytesWritten > 0 || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  // A client that keeps its half open would keep the connection for ever, timeouts being over.
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
  const problem = problemOf(error.code)
  const body = problemDocument(problem, '')
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.detail}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      'x-content-type-options: nosniff',
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  )
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
