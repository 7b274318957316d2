import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '../../../base/clock.ts'
import { endsWithin } from '../../../base/ends-within.ts'
import { isPromiseLike } from '../../../base/promise.ts'
import { LONGEST_TIMER } from '../../../base/start-timer.ts'
import type { AppHandle, ShutdownLimits } from '../../../contract/app-handle.ts'
import type { HttpReply } from '../../../contract/exchange.ts'
import { refuse } from '../../../contract/problem.ts'
import { failStream, isStream } from '../../../engine/answer/stream.ts'
import { firstHeader } from '../../../web/raw-headers.ts'
import type { HttpHandler } from '../http-surface.ts'
import { refuseWith, unmetExpectation, unsupportedVersion } from '../refuse-with.ts'
import { holdUploads } from '../upload-spool.ts'
import { answerLast, comesTooLate, noteAnswer } from './answering.ts'
import { BlockResponse, CAN_WRITE_BLOCKS } from './block-response.ts'
import { answerClientErrors } from './client-error.ts'
import { HeadLimit, isHttp2, isUnsupported } from './http2-head.ts'
import { InFlight } from './in-flight.ts'
import { listenAddress } from './listen-address.ts'
import { NodeExchange, SILENCE_MS } from './node-exchange.ts'
import { createNodeServer, type NodeServer } from './node-server.ts'
import { announceIdleTime } from './quirks.ts'
import { send } from './send.ts'
import {
  checkServeOptions,
  readConnectionTimes,
  readHeadSize,
  readStopTimes,
  type ServeOptions,
  type StopTimes,
} from './serve-options.ts'
import { closeOnSignals } from './signals.ts'
import { Stopping } from './stopping.ts'
import { withoutWebSockets } from './upgrades.ts'

/** A listening app. */
export interface RunningServer {
  /** Such as `http://127.0.0.1:8000`. */
  readonly url: string
  readonly port: number
  /**
   * Stops accepting, waits for calls in flight and background work, then runs the app's shutdown
   * hooks. Idempotent. Each wait has its limit (decisions/0017); rejects when something did not end
   * in time, or a hook failed, once everything else is done.
   */
  close(): Promise<void>
}

/** An app that can be served: an {@link AppHandle} with its HTTP handler. */
export interface Servable extends AppHandle {
  readonly '~http': () => HttpHandler
  /** Milliseconds that closing after a call may take; 0 for any time. */
  readonly '~closeTimeout': number
  /** `shutdown()` that ends. */
  readonly '~shutdown': (limits: ShutdownLimits) => Promise<void>
}

/**
 * Starts an app and listens with `node:http`.
 *
 * @throws ImproperlyConfigured for a bad option or app; the error of `listen` (address in use…)
 * with the app shut down again
 */
export async function serve(app: Servable, options: ServeOptions = {}): Promise<RunningServer> {
  checkServeOptions(options)
  const { port, host } = listenAddress(options, process.env)
  const times = readStopTimes(options)
  const work: Work = { inFlight: new InFlight(), stopping: new Stopping() }
  const node = await listenerFor(app, options, work)
  const { server } = node
  await app.startup()
  try {
    await listen(server, port, host)
  } catch (error) {
    await app['~shutdown']({ background: 0, hooks: times.shutdownMs })
    throw error
  }
  const bound = server.address() as AddressInfo
  const releaseUploads = holdUploads()
  let closing: Promise<void> | null = null
  const close = () => {
    closing ??= shutDown(node, app, times, work).finally(releaseUploads).finally(forgetSignals)
    return closing
  }
  const forgetSignals = options.signals === false ? () => {} : closeOnSignals(close)
  return { url: `${node.scheme}://${urlHost(bound)}:${bound.port}`, port: bound.port, close }
}

/** What a listener has to do, and how it is ended. */
interface Work {
  readonly inFlight: InFlight
  readonly stopping: Stopping
}

async function listenerFor(
  app: Servable,
  options: ServeOptions,
  { inFlight, stopping }: Work,
): Promise<NodeServer> {
  const { sendTimeout, requestTimeout, headersTimeout, keepAliveTimeout, checkingInterval } =
    readConnectionTimes(options)
  const maxHeaderSize = readHeadSize(options.maxHeaderSize)
  const http = {
    // Our own edge answers a missing Host, with a problem document.
    requireHostHeader: false,
    headersTimeout,
    requestTimeout,
    // A timer of node's own.
    keepAliveTimeout: Math.min(keepAliveTimeout, LONGEST_TIMER),
    // Node looks for overdue requests at this interval only.
    connectionsCheckingInterval: checkingInterval,
    maxHeaderSize,
    ...{ optimizeEmptyRequests: true },
    // Finds clients that vanished where no limit ends the wait for them.
    keepAlive: keepAliveTimeout === 0 || requestTimeout === 0,
    keepAliveInitialDelay: SILENCE_MS,
    ...(CAN_WRITE_BLOCKS ? { ServerResponse: BlockResponse } : {}),
  }
  const node = await createNodeServer({
    http,
    tls: options.tls ?? null,
    maxHeaderSize,
    sendTimeout,
  })
  const { server } = node
  const handler = app['~http']()
  const heads = new HeadLimit(handler, maxHeaderSize)
  const refuseVersion = refuseWith(handler, unsupportedVersion)
  const onRequest =
    (expectsContinue: boolean, ordinary: HttpHandler = handler) =>
    (request: IncomingMessage, response: ServerResponse) => {
      let answering = ordinary
      if (request.httpVersionMajor !== 1 && isHttp2(response)) {
        if (heads.refuses(request, response)) return
      } else {
        if (comesTooLate(request.socket, response)) return
        announceIdleTime(response, keepAliveTimeout)
        noteAnswer(request.socket, response)
        if (isUnsupported(request)) {
          answering = refuseVersion
          answerLast(request.socket, response)
        }
      }
      const exchange = new NodeExchange(
        request,
        response,
        expectsContinue,
        sendTimeout,
        requestTimeout,
        stopping,
      )
      const work = answer(node, answering, exchange, request, response)
      if (work !== undefined) inFlight.track(work)
    }
  server.on('request', withoutWebSockets(server, onRequest(false)))
  server.on('checkContinue', onRequest(true))
  server.on('checkExpectation', onRequest(false, refuseWith(handler, unmetExpectation)))
  server.on('clientError', answerClientErrors(handler))
  return node
}

/**
 * Answers one request.
 *
 * @param node the listener, to see whether it drains; `null` when somebody else listens
 * @returns settles when nothing is left to do; nothing when that is so at once
 */
export function answer(
  node: NodeServer | null,
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
  if (!isPromiseLike(reply)) return sendOrDrop(node, exchange, request, response, reply)
  return reply.then(
    (late) => sendOrDrop(node, exchange, request, response, late),
    (error) => response.destroy(error),
  )
}

function sendOrDrop(
  node: NodeServer | null,
  exchange: NodeExchange,
  request: IncomingMessage,
  response: ServerResponse,
  reply: HttpReply,
): Promise<void> | undefined {
  if (exchange.aborted) {
    // Counted, because its dependencies are closed with it.
    return isStream(reply.body) ? failStream(reply.body, refuse('client_disconnected')) : undefined
  }
  finish(node, exchange, request, response, reply)
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
  node: NodeServer | null,
  exchange: NodeExchange,
  request: IncomingMessage,
  response: ServerResponse,
  { body }: HttpReply,
): void {
  if (node?.server.listening === false) response.shouldKeepAlive = false
  const unread = unreadBody(exchange, request)
  if (unread === 'dear') exchange.refuseRest()
  // A stream may be about to read it, and somebody else's request have readers we do not know of.
  else if (unread === 'cheap' && node !== null && !isStream(body)) exchange.skipBody()
}

/** An answer that began before the server closed has promised to keep its connection. */
function closeDrained({ server, closeIdle }: NodeServer): void {
  if (!server.listening) closeIdle()
}

/** Bytes of an unwanted body that are cheaper to read than a new connection is to make. */
const CHEAP_TO_DISCARD = 65_536

function unreadBody(exchange: NodeExchange, request: IncomingMessage): 'none' | 'cheap' | 'dear' {
  // Most requests have no body, and node has ended those before anybody asked.
  if (request.readableEnded || request.complete) return 'none'
  // On HTTP/2 a connection is shared: a stream that is never ended would only be in the way.
  if (request.httpVersionMajor === 2 || isUnsupported(request)) return 'dear'
  const announced = firstHeader(exchange.rawHeaders, 'content-length')
  if (exchange.bodyRead) {
    // A form that was refused at one of its parts: a client that still sends the rest would find the
    // connection closed, and not the answer.
    const isSmall = exchange.restDropped && Number(announced) <= CHEAP_TO_DISCARD
    return isSmall ? 'none' : 'dear'
  }
  if (announced !== undefined) return Number(announced) > CHEAP_TO_DISCARD ? 'dear' : 'cheap'
  return firstHeader(exchange.rawHeaders, 'transfer-encoding') === undefined ? 'cheap' : 'dear'
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** Milliseconds that calls which were cut off get at least for closing what they opened. */
const SHORTEST_CLOSING = 5_000

/** Milliseconds for background work that the last of the calls has begun. */
const SHORTEST_BACKGROUND = 500

/** Nothing here is waited for without a bound: who can keep a server from stopping can stop a roll-out. */
async function shutDown(
  { server, closeIdle, closeAll }: NodeServer,
  app: Servable,
  { drainMs, shutdownMs }: StopTimes,
  { inFlight, stopping }: Work,
): Promise<void> {
  const began = systemClock.elapsed()
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  closeIdle()
  // A call whose caller has left holds no connection open, and gets the same time as the others.
  await endsWithin(
    drainMs,
    closed.then(() => inFlight.idle()),
  )
  // Calls that take too long are cut off: their signals abort, their dependencies close.
  stopping.stop()
  closeAll()
  const closingMs = closingTime(app, shutdownMs)
  const isClosed = await endsWithin(closingMs, Promise.all([closed, inFlight.idle()]))
  const left = drainMs - (systemClock.elapsed() - began)
  const background = Math.max(left, SHORTEST_BACKGROUND)
  const stopped = app['~shutdown']({ background, hooks: shutdownMs })
  if (isClosed) return stopped
  const late = new Error(`${inFlight.size} call(s) did not finish closing within ${closingMs} ms`)
  await stopped.catch((error) => {
    throw new AggregateError([late, error], `${late.message}; ${messageOf(error)}`)
  })
  throw late
}

/** A pool that is closed in the middle of a commit leaves a call of which nobody knows whether it was done. */
function closingTime(app: Servable, shutdownMs: number): number {
  const closeTimeout = app['~closeTimeout']
  // Without a limit for calls, that of the hooks that wait for them holds.
  return closeTimeout === 0 ? shutdownMs : Math.max(closeTimeout, SHORTEST_CLOSING)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function urlHost({ address, family }: AddressInfo): string {
  if (address === '::' || address === '0.0.0.0') return 'localhost'
  return family === 'IPv6' ? `[${address}]` : address
}
