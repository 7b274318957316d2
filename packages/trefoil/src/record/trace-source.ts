import { freezeClass } from '../base/plain/freeze-class.ts'
import type { Trace } from '../contract/call/trace.ts'
import {
  acceptTracestate,
  readTraceparent,
  type TraceParent,
  writeTraceparent,
} from '../contract/protocol/trace-context.ts'
import { allHeaders, firstHeader, isRepeated, type RawHeaders } from '../web/raw-headers.ts'

/** How an app traces; there is none for one that does not. */
export interface Tracing {
  /** True where a caller's trace goes on; false where each begins here. */
  readonly continues: boolean
  /** 32 random hex digits. */
  readonly nextId: () => string
}

/** A span of a tracer. */
export interface AdoptedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
}

/**
 * The trace of one call, from wherever it came. Nothing is parsed and no id is drawn until somebody
 * asks: most calls of most apps have no line, no problem and no request of their own.
 */
export class TraceSource {
  readonly #tracing: Tracing
  readonly #headers: RawHeaders
  /** `traceparent` and `tracestate` of a message, which stands nearer to its sender than headers. */
  #message: { readonly parent: unknown; readonly state: unknown } | null = null
  #trace: Trace | null = null
  #adopted: TraceParent | null = null

  constructor(tracing: Tracing, headers: RawHeaders) {
    this.#tracing = tracing
    this.#headers = headers
  }

  /** What a message says of its trace. Too late once somebody was told: a call has one trace. */
  fromMessage(parent: unknown, state: unknown): void {
    if (typeof parent === 'string') this.#message = { parent, state }
  }

  get trace(): Trace {
    this.#trace ??= this.#make()
    return this.#trace
  }

  /** What its sender said, as far as the app lets it in; `null` for nothing. */
  get sent(): SentTrace | null {
    return this.#tracing.continues ? (this.#ofMessage() ?? this.#ofHeaders()) : null
  }

  /**
   * The ids of a tracer's span in the place of ours, which nobody has written down anywhere else.
   *
   * @returns false once somebody was told of ours: a call has one trace
   */
  adopt({ traceId, spanId, sampled }: AdoptedSpan): boolean {
    if (this.#trace !== null || this.#adopted !== null) return false
    // It goes out in headers, and whatever a tracer gives must not write others.
    this.#adopted = readTraceparent(
      writeTraceparent({ traceId, spanId, flags: sampled ? '01' : '00' }),
    )
    return this.#adopted !== null
  }

  #make(): Trace {
    const { nextId } = this.#tracing
    const { sent } = this
    if (this.#adopted !== null) {
      const isSame = sent?.parent.traceId === this.#adopted.traceId
      const parent = isSame ? sent : null
      return new CallTrace(this.#adopted, parent?.parent.spanId ?? null, parent?.state ?? null)
    }
    // Ours are written down, each of them: sampled.
    const parent = sent?.parent ?? { traceId: notZero(nextId()), spanId: null, flags: '01' }
    const spanId = notZero(nextId().slice(0, SPAN_DIGITS))
    return new CallTrace({ ...parent, spanId }, parent.spanId, sent?.state ?? null)
  }

  #ofMessage(): SentTrace | null {
    if (this.#message === null) return null
    const parent = readTraceparent(this.#message.parent)
    return parent === null ? null : { parent, state: acceptTracestate(this.#message.state) }
  }

  #ofHeaders(): SentTrace | null {
    const headers = this.#headers
    const parent = readTraceparent(firstHeader(headers, 'traceparent'))
    // Of two, somebody in between may have read the other one.
    if (parent === null || isRepeated(headers, 'traceparent')) return null
    return { parent, state: acceptTracestate(allHeaders(headers, 'tracestate').join(',')) }
  }
}

/** What a sender said of the trace that it is in. */
export interface SentTrace {
  readonly parent: TraceParent
  readonly state: string | null
}

const SPAN_DIGITS = 16

/** Which no id may be, though a source of randomness in a test may give nothing else. */
function notZero(id: string): string {
  return /^0+$/.test(id) ? `${id.slice(1)}1` : id
}

/** What handlers are given. A view: nothing of it can be changed, for this call or the next. */
class CallTrace implements Trace {
  readonly #own: TraceParent
  readonly #parentSpanId: string | null
  readonly #tracestate: string | null

  constructor(own: TraceParent, parentSpanId: string | null, tracestate: string | null) {
    this.#own = own
    this.#parentSpanId = parentSpanId
    this.#tracestate = tracestate
    Object.preventExtensions(this)
  }

  get traceId(): string {
    return this.#own.traceId
  }
  get spanId(): string {
    return this.#own.spanId
  }
  get parentSpanId(): string | null {
    return this.#parentSpanId
  }
  get traceparent(): string {
    return writeTraceparent(this.#own)
  }
  get tracestate(): string | null {
    return this.#tracestate
  }

  toJSON(): object {
    const { traceId, spanId, parentSpanId } = this
    return { traceId, spanId, parentSpanId }
  }
}
freezeClass(CallTrace)
