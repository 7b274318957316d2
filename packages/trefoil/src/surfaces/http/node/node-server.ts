import type { Server, ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import process from 'node:process'
import type { TlsOptions } from 'node:tls'
import { LONGEST_TIMER } from '../../../base/start-timer.ts'
import { type ConnectionTimes, OpenConnections } from './connection/open-connections.ts'
import { SILENCE_MS } from './exchange/node-exchange.ts'
import { announcedHeadSize, MAX_HEADER_PAIRS } from './http2/http2-head.ts'
import { Http2Sessions } from './http2/http2-sessions.ts'
import { http as httpModule } from './node-modules.ts'

/** Certificate and key of the server, and whatever else `node:tls` takes. */
export interface ServeTls extends TlsOptions {
  /** Also speak HTTP/2; clients without it get HTTP/1.1 on the same port. Default true. */
  readonly http2?: boolean
}

/** A server of any kind, with what differs between the kinds. */
export interface NodeServer {
  readonly server: Server
  readonly scheme: 'http' | 'https'
  /** Ends what is idle now; calls in flight finish. */
  closeIdle(): void
  /** Ends what nothing was ever read from: browsers open some connections ahead of time. */
  closeSilent(): void
  /** Ends everything at once. */
  closeAll(): void
}

export interface NodeServerOptions {
  readonly http: ServerOptions
  readonly tls: ServeTls | null
  readonly maxHeaderSize: number
  /** Milliseconds a client may take to read what is waiting for it; 0 for any time. */
  readonly sendTimeout: number
}

/**
 * Makes an HTTP/1.1 server, or with a certificate one that speaks HTTP/2 as well. The modules for
 * TLS are loaded only then: most servers stand behind a proxy that has it.
 */
export async function createNodeServer(options: NodeServerOptions): Promise<NodeServer> {
  const { http, tls } = options
  const times = timesOf(http)
  if (tls === null) return plain(httpModule.createServer(http), times, 'http')
  const { http2 = true, ...given } = tls
  // A client that never says who it is costs as little as one that never says what it wants.
  const handshakeTimeout = times.head === 0 ? LONGEST_TIMER : Math.min(times.head, LONGEST_TIMER)
  const certificate = { handshakeTimeout, ...given }
  if (http2) return withHandshakes(await withHttp2(options, certificate))
  const https = await import('node:https')
  return withHandshakes(plain(https.createServer({ ...http, ...certificate }), times, 'https'))
}

/** @param http as node is told; the head has no more time than its request */
function timesOf({ keepAliveTimeout, headersTimeout, requestTimeout }: ServerOptions) {
  const head = headersTimeout || requestTimeout || 0
  return { idle: keepAliveTimeout ?? 0, head } satisfies ConnectionTimes
}

/** Bun takes silent connections for idle itself, and says 0 bytes of every connection. */
const COUNTS_BYTES = process.versions['bun'] === undefined

function plain(server: Server, times: ConnectionTimes, scheme: 'http' | 'https'): NodeServer {
  const accepted = scheme === 'http' ? 'connection' : 'secureConnection'
  const connections = COUNTS_BYTES ? new OpenConnections(server, times, accepted) : null
  return {
    server,
    scheme,
    closeIdle() {
      server.closeIdleConnections()
    },
    closeSilent() {
      connections?.endSilent()
    },
    closeAll() {
      server.closeAllConnections()
      // Also what node has taken its hands off, such as one whose request it could not read.
      connections?.endAll()
    },
  }
}

/**
 * Until its handshake is over a connection is neither a session nor one of HTTP/1.1, and who never
 * finishes one, with a single open socket, would keep a server from stopping for as long as it likes.
 */
function withHandshakes(node: NodeServer): NodeServer {
  const open = new Set<Socket>()
  node.server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  return {
    ...node,
    closeAll() {
      node.closeAll()
      for (const socket of open) socket.destroy()
    },
  }
}

/** Streams one client may open at once: more would be a way around every other limit. */
const MAX_STREAMS = 100

async function withHttp2(
  { http, maxHeaderSize, sendTimeout }: NodeServerOptions,
  certificate: TlsOptions,
): Promise<NodeServer> {
  const { createSecureServer } = await import('node:http2')
  // HTTP/1.1 clients of this server get node's own kind of response.
  const { ServerResponse: _own, ...options } = http
  const server = createSecureServer({
    ...options,
    ...certificate,
    // Per connection here: a stream has no socket of its own to set it on (see watchCaller).
    keepAlive: true,
    keepAliveInitialDelay: SILENCE_MS,
    allowHTTP1: true,
    maxHeaderListPairs: MAX_HEADER_PAIRS,
    settings: {
      maxConcurrentStreams: MAX_STREAMS,
      maxHeaderListSize: announcedHeadSize(maxHeaderSize),
    },
  })
  const { idle, head } = timesOf(http)
  const sessions = new Http2Sessions(server, { idle, preface: head, send: sendTimeout })
  // The compatibility API of node:http2 emits the same events with the same shapes.
  const http1 = server as unknown as Server
  const connections = COUNTS_BYTES
    ? new OpenConnections(http1, { idle, head }, 'secureConnection')
    : null
  // It counts connections of HTTP/1.1 as `node:http` does, and has no methods to end them.
  const { closeIdleConnections, closeAllConnections } = httpModule.Server.prototype
  return {
    server: http1,
    scheme: 'https',
    closeIdle() {
      sessions.close()
      closeIdleConnections.call(http1)
    },
    closeSilent() {
      connections?.endSilent()
    },
    closeAll() {
      sessions.destroy()
      closeAllConnections.call(http1)
      connections?.endAll()
    },
  }
}
