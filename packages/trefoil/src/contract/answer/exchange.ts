import type { Awaitable } from '../../base/promise.ts'
import type { Problem } from '../problems/problem.ts'

/**
 * One HTTP request as a transport hands it over: as received, nothing trusted, nothing parsed.
 * `node:http` and `fetch` both make one, so there is one code path behind them.
 */
export interface Exchange {
  readonly method: string
  /** Request target in origin form: path and query, as received. */
  readonly target: string
  /**
   * Path that a host has the app under, in front of `target`; empty for its root, `null` where the
   * app stands alone. Who mounts it may have rules by path, so only canonical paths are answered.
   */
  readonly mountPath?: string | null
  /** Header names and values in turn, as received, duplicates included. */
  readonly rawHeaders: readonly string[]
  /** Address of the peer; `null` when the transport does not know it. Never from a header. */
  readonly peerAddress: string | null
  /** True when the connection to the peer is TLS. */
  readonly encrypted: boolean
  /**
   * The certificate of the peer of the connection, as DER bytes; only one that TLS has verified. `null`
   * or absent for none. Never from a header.
   */
  readonly certificate?: Uint8Array | null
  /** True when the request is made in this process (tests), where no Host header is sent. */
  readonly inProcess: boolean
  /** True once the caller has gone away. */
  readonly aborted: boolean
  /** Calls back when the caller goes away before the answer is complete. */
  onAbort(listener: () => void): void
  /** The stop of the server it came to; none where somebody else listens. */
  readonly stop?: ServerStop | null
  /** Calls back once, when the answer has been sent or given up. */
  onDone(listener: (result: SendResult) => void): void
  /**
   * The whole body. Rejects with `payload_too_large` as soon as `limit` bytes are crossed and
   * with `client_disconnected` when the caller goes away; may be called once.
   *
   * @param limit bytes; exactly the limit passes
   */
  readBody(limit: number): Awaitable<Uint8Array>
  /**
   * The same body piece by piece; the caller is read no faster than the pieces are taken. Fails
   * as {@link Exchange.readBody} does. A body is read once, whole or in pieces.
   */
  bodyStream(limit: number): AsyncIterable<Uint8Array>
}

/** The end of a server's patience, as its calls see it. */
export interface ServerStop {
  /** True once nothing may be begun any more, and what goes on is to end. */
  readonly stopped: boolean
  /** Has a call told of it, until it is over. */
  add(call: StoppableCall): void
  /** Nothing for a call that is not there. */
  delete(call: StoppableCall): void
}

/**
 * A call that a stop ends. It is itself the entry of the list it stands in: a set costs a small call
 * a twentieth of its time.
 */
export interface StoppableCall {
  /** Its neighbours: the list's to set. */
  before: StoppableCall | null
  after: StoppableCall | null
  stop(): void
}

/** How sending an answer ended. */
export interface SendResult {
  readonly outcome: 'ok' | 'aborted' | 'failed'
  /** Body bytes handed to the connection. */
  readonly bytes: number
}

/** Body of an answer. An iterable is streamed with backpressure. */
export type HttpBody = string | Uint8Array | AsyncIterable<string | Uint8Array> | null

/** One HTTP answer, ready to send. */
export interface HttpReply {
  readonly status: number
  /** Header names (lower-case) and values in turn. */
  readonly headers: readonly string[]
  readonly body: HttpBody
}

/**
 * Answers one request; never rejects.
 *
 * @param refusal for a request that the transport has to refuse: it gets the headers, the id and
 * the record of every other
 */
export type HttpHandler = (exchange: Exchange, refusal?: Problem) => Awaitable<HttpReply>
