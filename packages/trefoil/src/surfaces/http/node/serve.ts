import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '../../../base/clock.ts'
import { endsWithin } from '../../../base/ends-within.ts'
import { LONGEST_TIMER, startTimer } from '../../../base/start-timer.ts'
import type { HttpHandler } from '../../../contract/answer/exchange.ts'
import type { AppHandle } from '../../../contract/call/app-handle.ts'
import { type AppInternals, internalsOf } from '../../../contract/call/app-internals.ts'
import { refuseWith, unmetExpectation, unsupportedVersion } from '../refuse-with.ts'
import { holdUploads } from '../request/upload-spool.ts'
import { answerClientErrors } from './connection/client-error.ts'
import { InFlight } from './connection/in-flight.ts'
import { Lingering } from './connection/lingering.ts'
import { withoutWebSockets } from './connection/upgrades.ts'
import { type AnswerSite, answer } from './exchange/answer-request.ts'
import { answerLast, noteAnswer, takesNoMore } from './exchange/answering.ts'
import { BlockResponse, CAN_WRITE_BLOCKS } from './exchange/block-response.ts'
import { NodeExchange, SILENCE_MS } from './exchange/node-exchange.ts'
import { HeadLimit, isHttp2, isUnsupported } from './http2/http2-head.ts'
import { listenAddress } from './listen-address.ts'
import { createNodeServer, type NodeServer } from './node-server.ts'
import { announceIdleTime } from './quirks.ts'
import { readServeOptions, type ServeConfig, type ServeOptions } from './serve-options.ts'
import { closeOnSignals } from './signals.ts'
import { Stopping } from './stopping.ts'

/** What {@link serve} has started. */
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

/**
 * Starts an app and listens with `node:http`.
 *
 * @throws ImproperlyConfigured for a bad option or app; the error of `listen` (address in use…)
 * with the app shut down again
 */
export async function serve(app: AppHandle, options: ServeOptions = {}): Promise<RunningServer> {
  const internals = internalsOf(app, 'serve()')
  const config = readServeOptions(options)
  const { port, host } = listenAddress(config, process.env)
  const work: Work = {
    inFlight: new InFlight(),
    stopping: new Stopping(),
    lingering: new Lingering(),
  }
  const node = await listenerFor(internals, config, work)
  const { server } = node
  internals.listensAt(host)
  await app.startup()
  try {
    await listen(server, port, host)
  } catch (error) {
    await endsWithin(config.drainTimeout, app.drain())
    await internals.shutdown({ background: 0, hooks: config.shutdownTimeout })
    throw error
  }
  const bound = server.address() as AddressInfo
  const releaseUploads = holdUploads()
  let closing: Promise<void> | null = null
  const close = () => {
    closing ??= shutDown(node, app, internals, config, work)
      .finally(releaseUploads)
      .finally(forgetSignals)
    return closing
  }
  const forgetSignals = config.signals ? closeOnSignals(close) : () => {}
  return { url: `${node.scheme}://${urlHost(bound)}:${bound.port}`, port: bound.port, close }
}

/** What a listener has to do, and how it is ended. */
interface Work {
  readonly inFlight: InFlight
  readonly stopping: Stopping
  readonly lingering: Lingering
}

async function listenerFor(
  app: AppInternals,
  config: ServeConfig,
  { inFlight, stopping, lingering }: Work,
): Promise<NodeServer> {
  const { sendTimeout, requestTimeout, headersTimeout, keepAliveTimeout } = config
  const { checkingInterval, maxHeaderSize } = config
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
    tls: config.tls,
    maxHeaderSize,
    sendTimeout,
  })
  const { server } = node
  const handler = app.http()
  const site: AnswerSite = { node, lingering }
  const heads = new HeadLimit(handler, maxHeaderSize)
  const refuseVersion = refuseWith(handler, unsupportedVersion)
  const onRequest =
    (expectsContinue: boolean, ordinary: HttpHandler = handler) =>
    (request: IncomingMessage, response: ServerResponse) => {
      let answering = ordinary
      if (request.httpVersionMajor !== 1 && isHttp2(response)) {
        if (heads.refuses(request, response)) return
      } else {
        if (takesNoMore(request.socket)) return
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
      const work = answer(site, answering, exchange, request, response)
      if (work !== undefined) inFlight.track(work)
    }
  server.on('request', withoutWebSockets(server, onRequest(false)))
  server.on('checkContinue', onRequest(true))
  server.on('checkExpectation', onRequest(false, refuseWith(handler, unmetExpectation)))
  server.on('clientError', answerClientErrors(handler))
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

/** Milliseconds that calls which were cut off get at least for closing what they opened. */
const SHORTEST_CLOSING = 5_000

/** Milliseconds for the request of a connection that was taken just before: closed at once, it would be reset. */
const FIRST_WORDS = 100

/** Milliseconds for background work that the last of the calls has begun. */
const SHORTEST_BACKGROUND = 500

/** Nothing here is waited for without a bound: who can keep a server from stopping can stop a roll-out. */
async function shutDown(
  { server, closeIdle, closeSilent, closeAll }: NodeServer,
  app: AppHandle,
  internals: AppInternals,
  { drainTimeout: drainMs, shutdownTimeout: shutdownMs }: ServeConfig,
  { inFlight, stopping, lingering }: Work,
): Promise<void> {
  const began = systemClock.elapsed()
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  closeIdle()
  const stopTimer = startTimer(FIRST_WORDS, closeSilent)
  lingering.end()
  // At once, because calls that only wait can end now.
  const drained = app.drain()
  // A call whose caller has left holds no connection open, and gets the same time as the others.
  await endsWithin(drainMs, Promise.all([closed.then(() => inFlight.idle()), drained]))
  stopTimer()
  // Calls that take too long are cut off: their signals abort, their dependencies close.
  stopping.stop()
  closeAll()
  const closingMs = closingTime(internals, shutdownMs)
  const isClosed = await endsWithin(closingMs, Promise.all([closed, inFlight.idle()]))
  const left = drainMs - (systemClock.elapsed() - began)
  const background = Math.max(left, SHORTEST_BACKGROUND)
  const stopped = internals.shutdown({ background, hooks: shutdownMs })
  if (isClosed) return stopped
  const late = new Error(`${inFlight.size} call(s) did not finish closing within ${closingMs} ms`)
  await stopped.catch((error) => {
    throw new AggregateError([late, error], `${late.message}; ${messageOf(error)}`)
  })
  throw late
}

/** A pool that is closed in the middle of a commit leaves a call of which nobody knows whether it was done. */
function closingTime({ closeTimeout }: AppInternals, shutdownMs: number): number {
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
