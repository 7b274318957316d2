import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Duration, parseDuration } from '../../../base/duration.ts'
import { LONGEST_TIMER, startTimer } from '../../../base/start-timer.ts'
import type { AppHandle } from '../../../contract/app-handle.ts'
import { ImproperlyConfigured } from '../../../contract/problem.ts'
import type { HttpHandler } from '../http-surface.ts'
import { refuseWith, unmetExpectation } from '../refuse-with.ts'
import { holdUploads } from '../upload-spool.ts'
import { type AnswerSite, answer } from './answer-request.ts'
import { noteAnswer } from './answering.ts'
import { BlockResponse, CAN_WRITE_BLOCKS } from './block-response.ts'
import { answerClientErrors } from './client-error.ts'
import { InFlight } from './in-flight.ts'
import { Lingering } from './lingering.ts'
import { NodeExchange, SILENCE_MS } from './node-exchange.ts'
import { createNodeServer, type NodeServer } from './node-server.ts'
import { announceIdleTime } from './quirks.ts'
import { checkServeOptions, readHeadSize, type ServeOptions } from './serve-options.ts'
import { Stopping } from './stopping.ts'
import { withoutWebSockets } from './upgrades.ts'

/** A listening app. */
export interface RunningServer {
  /** Such as `http://127.0.0.1:8000`. */
  readonly url: string
  readonly port: number
  /** Stops accepting, waits for calls in flight, then runs the app's shutdown hooks. Idempotent. */
  close(): Promise<void>
}

/** An app that can be served: an {@link AppHandle} with its HTTP handler. */
export interface Servable extends AppHandle {
  readonly '~http': () => HttpHandler
  /** Milliseconds that closing after a call may take; 0 for any time. */
  readonly '~closeTimeout': number
}

/**
 * Starts an app and listens with `node:http`.
 *
 * @throws ImproperlyConfigured for a bad option or app; the error of `listen` (address in use…)
 * with the app shut down again
 */
export async function serve(app: Servable, options: ServeOptions = {}): Promise<RunningServer> {
  checkServeOptions(options)
  const { port = 8000, host = '127.0.0.1' } = options
  const drainMs = readDuration('drainTimeout', options.drainTimeout ?? '10s')
  const work: Work = {
    inFlight: new InFlight(),
    stopping: new Stopping(),
    lingering: new Lingering(),
  }
  const node = await listenerFor(app, options, work)
  const { server } = node
  await app.startup()
  try {
    await listen(server, port, host)
  } catch (error) {
    await app.shutdown()
    throw error
  }
  const bound = server.address() as AddressInfo
  const releaseUploads = holdUploads()
  let closing: Promise<void> | null = null
  const close = () => {
    closing ??= shutDown(node, app, drainMs, work).finally(releaseUploads).finally(forgetSignals)
    return closing
  }
  const forgetSignals = options.signals === false ? () => {} : closeOnSignals(close)
  return { url: `${node.scheme}://${urlHost(bound)}:${bound.port}`, port: bound.port, close }
}

/** What a listener has to do, and how it is ended. */
interface Work {
  readonly inFlight: InFlight
  readonly stopping: Stopping
  readonly lingering: Lingering
}

async function listenerFor(
  app: Servable,
  options: ServeOptions,
  { inFlight, stopping, lingering }: Work,
): Promise<NodeServer> {
  const sendTimeout = readDuration('sendTimeout', options.sendTimeout ?? '60s')
  const requestTimeout = readDuration('requestTimeout', options.requestTimeout ?? '60s')
  const headersTimeout = readHeadersTimeout(options.headersTimeout, requestTimeout)
  const keepAliveTimeout = readDuration('keepAliveTimeout', options.keepAliveTimeout ?? '65s')
  const maxHeaderSize = readHeadSize(options.maxHeaderSize)
  const http = {
    // Our own edge answers a missing Host, with a problem document.
    requireHostHeader: false,
    headersTimeout,
    requestTimeout,
    // A timer of node's own.
    keepAliveTimeout: Math.min(keepAliveTimeout, LONGEST_TIMER),
    // Node looks for overdue requests at this interval only.
    connectionsCheckingInterval: checkingInterval(headersTimeout, requestTimeout),
    maxHeaderSize,
    ...{ optimizeEmptyRequests: true },
    // Finds clients that vanished where no limit ends the wait for them.
    keepAlive: keepAliveTimeout === 0 || requestTimeout === 0,
    keepAliveInitialDelay: SILENCE_MS,
    ...(CAN_WRITE_BLOCKS ? { ServerResponse: BlockResponse } : {}),
  }
  const node = await createNodeServer({ http, tls: options.tls ?? null, maxHeaderSize })
  const { server } = node
  const handler = app['~http']()
  const site: AnswerSite = { node, lingering }
  const onRequest =
    (expectsContinue: boolean, answering: HttpHandler = handler) =>
    (request: IncomingMessage, response: ServerResponse) => {
      if (request.httpVersionMajor === 1) {
        // Sent in a row behind one after which the connection closes (RFC 9112 §9.6).
        if (lingering.size > 0 && lingering.has(request.socket)) return
        announceIdleTime(response, keepAliveTimeout)
        noteAnswer(request.socket, response)
      }
      const exchange = new NodeExchange(
        request,
        response,
        expectsContinue,
        sendTimeout,
        requestTimeout,
        stopping,
      )
      const work = answer(site, answering, exchange, request, response)
      if (work !== undefined) inFlight.track(work)
    }
  server.on('request', withoutWebSockets(server, onRequest(false)))
  server.on('checkContinue', onRequest(true))
  server.on('checkExpectation', onRequest(false, refuseWith(handler, unmetExpectation)))
  server.on('clientError', answerClientErrors(handler, lingering))
  return node
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

const DEFAULT_HEADERS_TIMEOUT = 10_000

/** Milliseconds that calls which were cut off get at least for closing what they opened. */
const SHORTEST_CLOSING = 5_000

async function shutDown(
  { server, closeIdle, closeAll }: NodeServer,
  app: Servable,
  drainMs: number,
  { inFlight, stopping, lingering }: Work,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  closeIdle()
  lingering.end()
  // At once, because calls that only wait can end now.
  const drained = app.drain()
  // A call whose caller has left holds no connection open, and gets the same time as the others.
  await endsWithin(drainMs, Promise.all([closed.then(() => inFlight.idle()), drained]))
  // Calls that take too long are cut off: their signals abort, their dependencies close.
  stopping.stop()
  closeAll()
  await closed
  await endsWithin(closingTime(app), inFlight.idle())
  await app.shutdown()
}

/** A pool that is closed in the middle of a commit leaves a call of which nobody knows whether it was done. */
function closingTime(app: Servable): number {
  const closeTimeout = app['~closeTimeout']
  return closeTimeout === 0 ? Number.POSITIVE_INFINITY : Math.max(closeTimeout, SHORTEST_CLOSING)
}

/** Resolves when the work is over, or the time is up. */
function endsWithin(ms: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const stopTimer = startTimer(ms, resolve)
    void work.then(() => {
      stopTimer()
      resolve()
    })
  })
}

function closeOnSignals(close: () => Promise<void>): () => void {
  const onSignal = () => {
    close().then(
      () => process.exit(0),
      (error) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  process.once('SIGTERM', onSignal)
  process.once('SIGINT', onSignal)
  return () => {
    process.off('SIGTERM', onSignal)
    process.off('SIGINT', onSignal)
  }
}

function urlHost({ address, family }: AddressInfo): string {
  if (address === '::' || address === '0.0.0.0') return 'localhost'
  return family === 'IPv6' ? `[${address}]` : address
}

/** Milliseconds; a longest, because a timer of node's cannot hold just any. */
function checkingInterval(headersTimeout: number, requestTimeout: number): number {
  return Math.min(Math.max(500, Math.min(headersTimeout, requestTimeout) / 4), LONGEST_TIMER)
}

/** The head is a part of the request: by default it gets 10 s of the time, if there are as many. */
function readHeadersTimeout(value: Duration | undefined, requestTimeout: number): number {
  // 0 is node's word for no limit.
  const most = requestTimeout === 0 ? Number.POSITIVE_INFINITY : requestTimeout
  if (value === undefined) return Math.min(DEFAULT_HEADERS_TIMEOUT, most)
  const ms = readDuration('headersTimeout', value)
  if (ms > most) {
    throw new ImproperlyConfigured('serve(): headersTimeout must not be longer than requestTimeout')
  }
  return ms
}

function readDuration(option: string, value: Duration): number {
  const ms = parseDuration(value)
  if (ms === null)
    throw new ImproperlyConfigured(`serve(): ${option} must be a duration such as '10s'`)
  return ms
}
