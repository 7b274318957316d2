import type { AuthContext } from '../auth/auth-context.ts'
import type { ActionFacts } from '../call/call-facts.ts'
import type { CallOutcome, Driver } from '../call/call-record.ts'
import type { Entrypoint, SurfaceName } from '../call/surface-name.ts'
import type { Trace } from '../call/trace.ts'
import type { CacheUse } from '../limits/cache.ts'

/** The span that a caller's request is part of, as it was sent and `log.trace` lets it in. */
export interface ParentSpan {
  /** 32 hex digits, lower-case. */
  readonly traceId: string
  /** 16 hex digits, lower-case. */
  readonly spanId: string
  readonly sampled: boolean
  /** As it was sent; `null` for none. */
  readonly tracestate: string | null
}

/** A call, or a request that was refused before it was one, as those see it who only look on. */
export interface ObservedCall {
  readonly callId: string
  readonly requestId: string
  readonly surface: SurfaceName
  readonly entrypoint: Entrypoint
  /** `null` when no action was found, and for lists and documents. */
  readonly action: ActionFacts | null
  /** When it was received, milliseconds since the Unix epoch. */
  readonly time: number
  /** `null` where the caller sent none, and where `log.trace` does not let it in. */
  readonly parent: ParentSpan | null
  /** `null` where `log.trace` is `off`. Asked for, it is made. */
  readonly trace: Trace | null
  /**
   * Has the ids of a tracer's span be those of the call: in `call.trace`, lines, records, problems and
   * answers.
   *
   * @returns false where there is no trace, and once somebody was told of another
   */
  adoptTrace(span: Pick<ParentSpan, 'traceId' | 'spanId' | 'sampled'>): boolean
}

/** How it ended. */
export interface ObservedEnd {
  /** False for what was refused before it was a call: it had no `began`. */
  readonly hasBegun: boolean
  readonly outcome: CallOutcome
  /** Code of the problem it ended with. */
  readonly problem: string | null
  /** HTTP status of the answer, or what HTTP would have said. */
  readonly status: number
  /** Milliseconds until the answer was complete, streams included. */
  readonly duration: number
  /** Bytes of the body that were handed over. */
  readonly bytes: number
  readonly cache: CacheUse | null
  readonly driven: Driver
  /** `null` for nobody. */
  readonly auth: AuthContext | null
  /** What was thrown and is masked for the caller: it may hold anything. `undefined` for nothing. */
  readonly error: unknown
  /** What decided a refusal: the name of the guard, or `approval`. */
  readonly rule: string | null
  /** The request that carried it; `null` for a call in this process. */
  readonly http: {
    readonly method: string
    /** Without the query. */
    readonly path: string
    readonly scheme: 'http' | 'https'
  } | null
}

/** Work after an answer, `call.background()`. */
export interface ObservedTask {
  /** Of the call that added it, as is all of this. */
  readonly action: string
  readonly surface: SurfaceName
  readonly callId: string
  readonly trace: Trace | null
}

/**
 * Looks on: counts, spans. Nothing that it does, or throws, changes a call (P-MWL-8). What a part does
 * not have is not compiled: an app without observers pays nothing.
 */
export interface ObserverPort {
  /** A call is about to be checked. Each has an `ended`; not what was refused before it was one. */
  began?(call: ObservedCall): void
  /**
   * The same for those who have to stand around it: what is current while `run` runs is current in all of
   * the call. It is run once, whether this calls `run` or not.
   */
  around?(call: ObservedCall, run: () => void): void
  /** A stage of the lifecycle begins. */
  stage?(call: ObservedCall, stage: string): void
  /** Once, when the answer is complete; also for what was refused before it was a call. */
  ended?(call: ObservedCall, end: ObservedEnd): void
  /** Work after an answer begins: like `around`. Each has a `taskEnded`. */
  task?(task: ObservedTask, run: () => void): void
  /** Work after an answer is over. `left`: a stopping app gave it up. */
  taskEnded?(task: ObservedTask, outcome: 'done' | 'failed' | 'left'): void
}
