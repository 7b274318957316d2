import type { ByteSize } from '../../../base/bytes.ts'
import type { Duration } from '../../../base/duration.ts'
import { isRecord } from '../../../base/plain/is-record.ts'
import { LONGEST_TIMER } from '../../../base/start-timer.ts'
import { count, duration, flag, kind, size, text } from '../../../contract/options/kinds.ts'
import type { OptionGroup, Values } from '../../../contract/options/option-rows.ts'
import { checkFlag } from '../../../contract/options/option-values.ts'
import { readOptions } from '../../../contract/options/read-options.ts'
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

/** {@link ServeOptions} after reading: milliseconds and bytes. */
export type ServeValues = Values<
  ServeOptions,
  {
    readonly port: number | null
    readonly host: string | null
    readonly headersTimeout: number | null
    readonly tls: ServeTls | null
  }
>

/** The rows of {@link ServeOptions}. */
export const SERVE: OptionGroup<ServeOptions, ServeValues> = {
  name: 'serve()',
  prefix: 'TREFOIL_SERVE',
  rows: {
    port: {
      read: count({ least: 0, most: 65_535 }),
      default: null,
      shown: '`8000`',
      doc: 'Port; `0` takes a free one. Default first `TREFOIL_PORT`, then `PORT`, see [below](#where-it-listens).',
    },
    host: {
      read: text,
      default: null,
      shown: '`127.0.0.1`',
      doc: 'Address to listen on. Default first `TREFOIL_HOST`, then `HOST`.',
    },
    headersTimeout: {
      read: duration,
      default: null,
      shown: '`10s`',
      doc: "Longest time for the request head; by default no longer than `requestTimeout`. Also for the TLS handshake, and for an HTTP/2 client's first words.",
    },
    requestTimeout: {
      read: duration,
      default: '60s',
      doc: 'Longest time for the whole request, body included; `0s` for any time.',
    },
    keepAliveTimeout: {
      read: duration,
      default: '65s',
      doc: 'How long an idle connection is kept, as clients are told; it is closed within ten seconds after.',
    },
    sendTimeout: {
      read: duration,
      default: '60s',
      doc: 'How long a client may take to read what waits for it before it is cut off; `0s` for any time.',
    },
    drainTimeout: {
      read: duration,
      default: '10s',
      doc: 'How long `close` waits for calls in flight and drain hooks, before it calls them off and waits for their closing; background work gets what is left.',
    },
    shutdownTimeout: {
      read: duration,
      default: '10s',
      doc: 'How long the shutdown hooks may take, all together; then `close` rejects, and a signalled process ends with 1.',
    },
    maxHeaderSize: {
      read: size,
      default: '16kb',
      doc: 'Largest request head: target, names and values, decoded, have to be fewer bytes.',
    },
    tls: {
      read: kind('an object', (value): value is ServeTls => isRecord(value)),
      default: null,
      shown: 'plain http',
      doc: 'Certificate and key, as `node:tls` takes them; serves https with HTTP/2.',
    },
    signals: {
      read: flag,
      default: true,
      doc: 'Closes on SIGTERM and SIGINT, then ends the process.',
    },
  },
}

/** How to listen: {@link ServeOptions}, and what several of them come to together. */
export interface ServeConfig extends Omit<ServeValues, 'headersTimeout'> {
  readonly headersTimeout: number
  /** How often node looks for requests that are overdue. */
  readonly checkingInterval: number
}

/** @throws ImproperlyConfigured naming the option */
export function readServeOptions(options: ServeOptions): ServeConfig {
  const values = readOptions(SERVE, options)
  const { tls, maxHeaderSize, requestTimeout } = values
  if (tls !== null) checkTls(tls)
  if (maxHeaderSize === 0) {
    throw new ImproperlyConfigured("serve(): maxHeaderSize must be more than '0b'")
  }
  const headersTimeout = readHeadersTimeout(values.headersTimeout, requestTimeout)
  const checkingInterval = intervalFor(headersTimeout, requestTimeout)
  return Object.freeze({ ...values, headersTimeout, checkingInterval })
}

function checkTls(tls: ServeTls): void {
  checkFlag('serve(): tls.http2', tls.http2)
  const hasCertificate = tls.cert !== undefined && tls.key !== undefined
  // Without one every handshake would fail, and the server would seem to run.
  if (!hasCertificate && tls.pfx === undefined && tls.SNICallback === undefined) {
    throw new ImproperlyConfigured('serve(): tls needs key and cert, or pfx')
  }
}

const DEFAULT_HEADERS_TIMEOUT = 10_000

/** Milliseconds; a longest, because a timer of node's cannot hold just any. */
function intervalFor(headersTimeout: number, requestTimeout: number): number {
  return Math.min(Math.max(500, Math.min(headersTimeout, requestTimeout) / 4), LONGEST_TIMER)
}

/** The head is a part of the request: by default it gets 10 s of the time, if there are as many. */
function readHeadersTimeout(ms: number | null, requestTimeout: number): number {
  const most = requestTimeout === 0 ? Number.POSITIVE_INFINITY : requestTimeout
  if (ms === null) return Math.min(DEFAULT_HEADERS_TIMEOUT, most)
  if (ms > most) {
    throw new ImproperlyConfigured('serve(): headersTimeout must not be longer than requestTimeout')
  }
  return ms
}
