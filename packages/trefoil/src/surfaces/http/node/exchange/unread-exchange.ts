import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { isPromiseLike } from '../../../../base/promise.ts'
import type {
  Exchange,
  HttpHandler,
  HttpReply,
  SendResult,
} from '../../../../contract/answer/exchange.ts'
import { type Problem, refuse } from '../../../../contract/problems/problem.ts'
import type { RawHeaders } from '../../../../web/raw-headers.ts'
import { encodeProblem } from '../../response/encode.ts'

/** What is known of what cannot be read. */
interface Unread {
  /** Its `Accept` lines, the only ones that are looked at. Default none. */
  readonly accept?: RawHeaders
  /**
   * True for the rest of a request that has begun, such as a body that breaks off: that one has a
   * record of its own. Default false.
   */
  readonly isRecorded?: boolean
}

/**
 * The answer to a request of which nothing is read, with the headers and an id as every other has.
 * Never throws: from where it is called an error would end the process, and anybody can send nonsense.
 *
 */
export function refuseUnread(
  handler: HttpHandler,
  socket: Socket,
  problem: Problem,
  { accept = [], isRecorded = false }: Unread = {},
): HttpReply {
  try {
    const exchange = new UnreadExchange(socket, accept)
    const reply = handler(exchange, problem)
    if (!isPromiseLike(reply)) {
      if (!isRecorded) exchange.end(reply)
      return reply
    }
  } catch {
    // The app cannot even refuse.
  }
  return encodeProblem(problem, { requestId: '' }, accept, ['x-content-type-options', 'nosniff'])
}

/** A request of which nothing is known but who sent it, and in which form it wants its answers. */
class UnreadExchange implements Exchange {
  readonly method = ''
  readonly target = ''
  readonly rawHeaders: RawHeaders
  readonly peerAddress: string | null
  readonly encrypted: boolean
  readonly inProcess = false
  readonly aborted = false
  #listener: ((sent: SendResult) => void) | null = null

  constructor(socket: Socket, accept: RawHeaders) {
    this.rawHeaders = accept
    this.peerAddress = socket.remoteAddress ?? null
    this.encrypted = (socket as Partial<TLSSocket>).encrypted === true
  }

  onAbort(): void {}

  onDone(listener: (sent: SendResult) => void): void {
    this.#listener = listener
  }

  /**
   * Its record is made now: of bytes that nobody understands nothing else ever comes, and a flood of
   * them must not be the one that nobody sees (PW-31).
   */
  end({ body }: HttpReply): void {
    const bytes = typeof body === 'string' ? Buffer.byteLength(body) : 0
    this.#listener?.({ outcome: 'ok', bytes })
  }

  readBody(): Promise<never> {
    return Promise.reject(refuse('client_disconnected'))
  }

  bodyStream(): never {
    throw refuse('client_disconnected')
  }
}
