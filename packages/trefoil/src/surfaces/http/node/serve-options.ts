import { type ByteSize, parseByteSize } from '../../../base/bytes.ts'
import { type Duration, parseDuration } from '../../../base/duration.ts'
import { LONGEST_TIMER } from '../../../base/start-timer.ts'
import { checkOptionNames, type OptionNames } from '../../../contract/options/option-names.ts'
import {
  checkFlag,
  checkRecord,
  checkText,
  shownValue,
} from '../../../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import type { ServeTls } from './node-server.ts'

/** Options of {@link serve}. */
export interface ServeOptions {
  /** Port; 0 picks a free one. Default `TREFOIL_PORT`, else `PORT`, else 8000. */
  readonly port?: number
  /**
   * Address to listen on. Default `TREFOIL_HOST`, else `HOST` where that is an address or
   * `localhost`, else `127.0.0.1`.
   */
  readonly host?: string
  /** Longest time for the request head. Default `10s`, or `requestTimeout` where that is shorter. */
  readonly headersTimeout?: Duration
  /** Longest time for the whole request, body included; 0 for any time. Default `60s`. */
  readonly requestTimeout?: Duration
  /**
   * How long an idle connection is kept, as clients are told; it is closed within ten seconds after.
   * Default `65s`, longer than most load balancers wait.
   */
  readonly keepAliveTimeout?: Duration
  /**
   * How long a client may take to read what is waiting for it, before it is cut off; 0 for any
   * time. Default `60s`.
   */
  readonly sendTimeout?: Duration
  /**
   * How long `close` waits for calls in flight before it aborts them, and for background work.
   * Default `10s`.
   */
  readonly drainTimeout?: Duration
  /**
   * How long the app's shutdown hooks may take, all together. Then the others are begun, `close`
   * rejects, and a process that was sent a signal ends with 1. Default `10s`.
   */
  readonly shutdownTimeout?: Duration
  /**
   * Largest request head: the bytes of the target, the names and the values, as HTTP/1.1 has them
   * and as HTTP/2 decodes them, have to be fewer. Default `16kb`.
   */
  readonly maxHeaderSize?: ByteSize
  /** Certificate and key, as `node:tls` takes them; serves https with HTTP/2. Default plain http. */
  readonly tls?: ServeTls
  /** Close on SIGTERM and SIGINT. Default true. */
  readonly signals?: boolean
}

const SERVE_OPTIONS: OptionNames<ServeOptions> = {
  port: true,
  host: true,
  headersTimeout: true,
  requestTimeout: true,
  keepAliveTimeout: true,
  sendTimeout: true,
  drainTimeout: true,
  shutdownTimeout: true,
  maxHeaderSize: true,
  tls: true,
  signals: true,
}

/** @throws ImproperlyConfigured naming the option */
export function checkServeOptions(options: ServeOptions): void {
  checkRecord('serve(): options', options)
  checkOptionNames('serve()', options, SERVE_OPTIONS)
  const { port, tls } = options
  if (port !== undefined && (!Number.isInteger(port) || port < 0 || port > 65_535)) {
    throw new ImproperlyConfigured(
      `serve(): port must be a whole number from 0 to 65535, got ${shownValue(port)}`,
    )
  }
  checkText('serve(): host', options.host)
  checkFlag('serve(): signals', options.signals)
  if (tls === undefined) return
  checkRecord('serve(): tls', tls)
  checkFlag('serve(): tls.http2', tls.http2)
  const hasCertificate = tls.cert !== undefined && tls.key !== undefined
  // Without one every handshake would fail, and the server would seem to run.
  if (!hasCertificate && tls.pfx === undefined && tls.SNICallback === undefined) {
    throw new ImproperlyConfigured('serve(): tls needs key and cert, or pfx')
  }
}

/** Bytes of a request head. @throws ImproperlyConfigured when it is no size */
export function readHeadSize(value: ServeOptions['maxHeaderSize'] = 16_384): number {
  const bytes = parseByteSize(value)
  if (bytes === null || bytes === 0) {
    throw new ImproperlyConfigured(
      `serve(): maxHeaderSize must be a size such as '16kb', got ${shownValue(value)}`,
    )
  }
  return bytes
}

/** Milliseconds; see the options of the same names. */
export interface StopTimes {
  readonly drainMs: number
  readonly shutdownMs: number
}

/** @throws ImproperlyConfigured naming the option */
export function readStopTimes(options: ServeOptions): StopTimes {
  return {
    drainMs: readDuration('drainTimeout', options.drainTimeout ?? '10s'),
    shutdownMs: readDuration('shutdownTimeout', options.shutdownTimeout ?? '10s'),
  }
}

/** Milliseconds; 0 is node's word for no limit. */
export interface ServeTimes {
  readonly sendTimeout: number
  readonly requestTimeout: number
  readonly headersTimeout: number
  readonly keepAliveTimeout: number
  /** How often node looks for requests that are overdue. */
  readonly checkingInterval: number
}

/** @throws ImproperlyConfigured naming the option */
export function readConnectionTimes(options: ServeOptions): ServeTimes {
  const requestTimeout = readDuration('requestTimeout', options.requestTimeout ?? '60s')
  const headersTimeout = readHeadersTimeout(options.headersTimeout, requestTimeout)
  return {
    sendTimeout: readDuration('sendTimeout', options.sendTimeout ?? '60s'),
    requestTimeout,
    headersTimeout,
    keepAliveTimeout: readDuration('keepAliveTimeout', options.keepAliveTimeout ?? '65s'),
    checkingInterval: checkingInterval(headersTimeout, requestTimeout),
  }
}

const DEFAULT_HEADERS_TIMEOUT = 10_000

/** Milliseconds; a longest, because a timer of node's cannot hold just any. */
function checkingInterval(headersTimeout: number, requestTimeout: number): number {
  return Math.min(Math.max(500, Math.min(headersTimeout, requestTimeout) / 4), LONGEST_TIMER)
}

/** The head is a part of the request: by default it gets 10 s of the time, if there are as many. */
function readHeadersTimeout(value: Duration | undefined, requestTimeout: number): number {
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
