import type { IncomingMessage, ServerResponse } from 'node:http'
import { isPromiseLike } from '../../../../base/promise.ts'
import type { HttpHandler, HttpReply } from '../../../../contract/answer/exchange.ts'
import { refuse } from '../../../../contract/problems/problem.ts'
import { failStream, isStream } from '../../../../engine/answer/stream.ts'
import { firstHeader } from '../../../../web/raw-headers.ts'
import type { Lingering } from '../connection/lingering.ts'
import { isUnsupported } from '../http2/http2-head.ts'
import type { NodeServer } from '../node-server.ts'
import type { NodeExchange } from './node-exchange.ts'
import { send } from './send.ts'

/** Where a request is answered. */
export interface AnswerSite {
  /** The listener, to see whether it drains; `null` when somebody else listens. */
  readonly node: NodeServer | null
  readonly lingering: Lingering
}

/**
 * Answers one request.
 *
 * @returns settles when nothing is left to do; nothing when that is so at once
 */
export function answer(
  site: AnswerSite,
  handler: HttpHandler,
  exchange: NodeExchange,
  request: IncomingMessage,
  response: ServerResponse,
): PromiseLike<unknown> | undefined {
  let reply: ReturnType<HttpHandler>
  try {
    reply = handler(exchange)
  } catch (error) {
    // A source of ids or of time that throws, say: there is no answer, but there is a next request.
    response.destroy(
      error instanceof Error ? error : new Error('The request could not be received'),
    )
    return undefined
  }
  if (!isPromiseLike(reply)) return sendOrDrop(site, exchange, request, response, reply)
  return reply.then(
    (late) => sendOrDrop(site, exchange, request, response, late),
    (error) => response.destroy(error),
  )
}

function sendOrDrop(
  site: AnswerSite,
  exchange: NodeExchange,
  request: IncomingMessage,
  response: ServerResponse,
  reply: HttpReply,
): Promise<void> | undefined {
  if (exchange.aborted) {
    // Counted, because its dependencies are closed with it.
    return isStream(reply.body) ? failStream(reply.body, refuse('client_disconnected')) : undefined
  }
  finish(site, exchange, request, response, reply)
  const { node } = site
  try {
    const sending = send(response, reply, request.method === 'HEAD', exchange)
    return node === null ? sending : sending?.then(() => closeDrained(node))
  } catch (error) {
    // A head that node refuses to write. Thrown from here, it would end the process, and anybody
    // whose text reaches a header could do that.
    exchange.failed = true
    response.destroy(error instanceof Error ? error : new Error('The answer could not be sent'))
    return failStream(reply.body, error)
  }
}

/** The last answer on a connection when the server drains, or when a body was left unread. */
function finish(
  { node, lingering }: AnswerSite,
  exchange: NodeExchange,
  request: IncomingMessage,
  response: ServerResponse,
  { status, body }: HttpReply,
): void {
  if (node?.server.listening === false) response.shouldKeepAlive = false
  const unread = unreadBody(exchange, request, response)
  if (unread === 'none') return
  // A stream may be about to read it, and somebody else's request have readers we do not know of.
  const isOurs = node !== null && !isStream(body)
  if (unread === 'dear') exchange.refuseRest(lingering, isOurs, status !== 400)
  else if (isOurs) exchange.skipBody()
}

/** An answer that began before the server closed has promised to keep its connection. */
function closeDrained({ server, closeIdle }: NodeServer): void {
  if (!server.listening) closeIdle()
}

/** Bytes of an unwanted body that are cheaper to read than a new connection is to make. */
const CHEAP_TO_DISCARD = 65_536

function unreadBody(
  exchange: NodeExchange,
  request: IncomingMessage,
  response: ServerResponse,
): 'none' | 'cheap' | 'dear' {
  // Most requests have no body, and node has ended those before anybody asked.
  if (request.readableEnded || request.complete) return 'none'
  // On HTTP/2 a connection is shared: a stream that is never ended would only be in the way. And of a
  // version that is not spoken nobody knows where the body ends.
  if (isUnsupported(request)) return 'dear'
  // One that closes is closed on when it has sent all.
  if (!response.shouldKeepAlive) return 'dear'
  const announced = firstHeader(exchange.rawHeaders, 'content-length')
  if (exchange.bodyRead) {
    // A form that was refused at one of its parts: its connection can stay for the little that comes.
    const isSmall = exchange.restDropped && Number(announced) <= CHEAP_TO_DISCARD
    return isSmall ? 'none' : 'dear'
  }
  // A client that was never told to send its body may send another request in its place, which
  // would be read as the body (RFC 9110 §10.1.1).
  if (exchange.expectsContinue) return 'dear'
  if (announced !== undefined) return Number(announced) > CHEAP_TO_DISCARD ? 'dear' : 'cheap'
  return firstHeader(exchange.rawHeaders, 'transfer-encoding') === undefined ? 'cheap' : 'dear'
}
