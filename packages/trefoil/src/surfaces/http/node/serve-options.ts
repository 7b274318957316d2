import { type ByteSize, parseByteSize } from '../../../base/bytes.ts'
import type { Duration } from '../../../base/duration.ts'
import { checkOptionNames, type OptionNames } from '../../../contract/option-names.ts'
import { checkFlag, checkRecord, checkText, shownValue } from '../../../contract/option-values.ts'
import { ImproperlyConfigured } from '../../../contract/problem.ts'
import type { ServeTls } from './node-server.ts'

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
  /** How long `close` waits for calls in flight before it aborts them. Default `10s`. */
  readonly drainTimeout?: Duration
  /** Largest request head. Default `16kb`. */
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
