import type { AskCapability } from '../ask/capability.ts'
import type { RequestBody } from '../params/request-body.ts'
import type { Logger } from './logger.ts'
import type { Entrypoint, SurfaceName } from './surface-name.ts'
import type { Trace } from './trace.ts'

/** Request headers by lower-case name. Names are listed once each, in the order they came. */
export interface HeaderReader extends Iterable<readonly [name: string, value: string]> {
  /** The value, repeated headers joined with `, `; `null` when absent. */
  get(name: string): string | null
  has(name: string): boolean
  keys(): IterableIterator<string>
  entries(): IterableIterator<readonly [name: string, value: string]>
}

/** Names and values of a query or of cookies. A name may come several times. */
export interface SentValues extends Iterable<readonly [name: string, value: string]> {
  /** The last value of that name, which is the one that arguments are read from; `null` when absent. */
  get(name: string): string | null
  /** Every value of that name, in order. */
  getAll(name: string): readonly string[]
  has(name: string): boolean
  /** Every pair, in order. */
  entries(): IterableIterator<readonly [name: string, value: string]>
}

/** What the transport knows about a request. Never taken from a header the edge did not trust. */
export interface RequestFacts {
  readonly method: string
  /** Path without the query, as received. */
  readonly path: string
  /** Query string without `?`; empty when there is none. */
  readonly search: string
  readonly scheme: 'http' | 'https'
  /** Host name and port as the edge accepted them; empty for local calls. */
  readonly host: string
}

/** The program at the other end, on every surface (FND-40). */
export interface ClientFacts {
  /** Address of the caller; `null` for local calls and when the transport does not know it. */
  readonly address: string | null
  /** What it calls itself (`User-Agent`), as sent and therefore not to be trusted; `null` for nothing. */
  readonly userAgent: string | null
}

/** The same as a handler sees it. */
export interface CallClient extends ClientFacts {
  /**
   * Whether it can be asked for that, by what it says of itself: an MCP client of 2026-07-28 with each request. On HTTP
   * and in a terminal `form` and `url` are true; for lists, rehearsals and older MCP clients all are false.
   */
  can(capability: AskCapability): boolean
}

/**
 * The request as a handler sees it: credentials are already gone from its headers (PW-02). Its
 * body can be read on HTTP only; agents send arguments, not bodies.
 */
export interface CallRequest extends RequestFacts, RequestBody {
  readonly headers: HeaderReader
  /**
   * Path that the app is mounted under, such as `/api`: what stands in front of `path` in links that
   * the app writes by hand. Empty when it stands alone, and for local calls.
   */
  readonly mountPath: string
}

/** The action as a call sees it. */
export interface ActionFacts {
  readonly name: string
  readonly method: string | null
  /** Path template, such as `/orders/{order_id}`. */
  readonly path: string | null
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  /** True when it may change something. */
  readonly changes: boolean
  /** True when it acts outside the database too. */
  readonly external: boolean
}

/** Provenance of a call: set by the framework from the way in, never by the caller (REQ-3). */
export interface CallFacts {
  readonly source: SurfaceName
  readonly entrypoint: Entrypoint
  /** The caller's, when it sent one. */
  readonly requestId: string
  /** Ours, and different for every call: that of its record. */
  readonly callId: string
  /** Where it stands in a trace, to hand to requests of its own; `null` where `log.trace` is `off`. */
  readonly trace: Trace | null
  readonly action: ActionFacts
  readonly request: CallRequest
  readonly client: ClientFacts
  /** Aborted when the caller goes away, the deadline passes or the server gives up draining. */
  readonly signal: AbortSignal
  /** The app's logger; every line says which call it is of. */
  readonly log: Logger
}
