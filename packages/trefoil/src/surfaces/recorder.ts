import type { Clock } from '../base/clock.ts'
import type { SendResult } from '../contract/answer/exchange.ts'
import type { AccessLog } from '../contract/call/access-event.ts'
import type { ClientFacts } from '../contract/call/call-facts.ts'
import type { CallRecord, OnCall } from '../contract/call/call-record.ts'
import type { Logger } from '../contract/call/logger.ts'
import type { Problem } from '../contract/problems/problem.ts'
import { inCall } from '../engine/call-frame.ts'
import { type CallLine, lineOfAll, logLine } from '../record/call-line.ts'
import { type FloodOptions, Floods } from '../record/floods.ts'
import { accessEvent } from '../record/make-access-event.ts'
import { makeRecord } from '../record/make-record.ts'
import { printableMeta } from '../record/printable-meta.ts'
import { tellSafely, writeSafely } from '../record/write-safely.ts'
import type { Arrival } from './arrival.ts'

/** What is known of a call at its end, beside how it went. */
export interface RecordSite {
  readonly client: ClientFacts
  readonly http: CallRecord['http']
  readonly status: number
}

/** What was measured of a call. */
export interface Measured {
  readonly ended: Problem | null
  readonly sent: SendResult['outcome']
  readonly status: number
  readonly duration: number
  readonly bytes: number
}

/** Told of the end of whatever came. */
export type OnEnd = (
  arrival: Arrival,
  measured: Measured,
  site: Pick<RecordSite, 'http'>,
  clock: Clock,
) => void

/** Whoever wants to know what happened. */
export interface Readers {
  readonly accessLog: AccessLog | null
  readonly onCall: OnCall | null
  readonly logger: Logger
  /** Which calls leave a line. */
  readonly calls: 'problems' | 'all'
  /** Of the window in which refusals are counted; a test's own in the place of the machine's. */
  readonly startTimer?: FloodOptions['start']
  readonly clock: Clock
  /** Told of what was refused before it was a call, by audit logs. Absent where there is none. */
  readonly onRefused?: readonly OnCall[]
  /** Tells those who look on; absent where nobody does. */
  readonly onEnd?: OnEnd | null
}

const NOBODY: readonly OnCall[] = []

/**
 * Makes the one record of a call, when its answer is complete, and hands it to its readers. Most
 * calls have none: a record for every one would cost a small call a twentieth.
 */
export class Recorder {
  readonly #readers: Readers
  readonly #hasReaders: boolean
  readonly #floods: Floods
  readonly #onRefused: readonly OnCall[]
  readonly #onEnd: OnEnd | null
  /** True when somebody reads the record of every call. */
  readonly readsAll: boolean

  constructor(readers: Readers) {
    this.#readers = readers
    const { accessLog, onCall, calls, logger, startTimer, onRefused, onEnd } = readers
    this.#onEnd = onEnd ?? null
    this.#onRefused = onRefused ?? NOBODY
    this.#floods = new Floods({ logger, ...(startTimer && { start: startTimer }) })
    this.#hasReaders = accessLog !== null || onCall !== null
    const isObserved = this.#onEnd !== null
    // An audit log is told how long calls took.
    this.readsAll = this.#hasReaders || calls === 'all' || onRefused !== undefined || isObserved
  }

  get clock(): Clock {
    return this.#readers.clock
  }

  /** When a call began. */
  now(): number {
    return this.#readers.clock.elapsed()
  }

  /**
   * True when there is something to record of a call that ended like this.
   *
   * @param isOpen true for an answer that may still fail while it is sent
   */
  wants({ problem }: Arrival, isOpen: boolean): boolean {
    return this.readsAll || isOpen || problem !== null
  }

  record(arrival: Arrival, site: RecordSite, { outcome, bytes }: SendResult): void {
    const { accessLog, onCall, logger, clock } = this.#readers
    const { state, trace } = arrival
    const problem = arrival.problem ?? state?.failedLate ?? null
    const status = statusOf(arrival, site)
    const isQuiet = state?.site.action.isQuiet === true && (status < 400 || status >= 500)
    const line = isQuiet ? null : this.#lineOf(arrival, site, problem, outcome)
    const told = state === null && problem !== null ? this.#onRefused : NOBODY
    if (!this.readsAll && line === null) return
    const now = clock.elapsed()
    const duration = now - (arrival.receivedAt ?? now)
    if (this.#onEnd !== null) {
      const measured = { ended: problem, sent: outcome, status, duration, bytes }
      this.#onEnd(arrival, measured, site, clock)
    }
    if (!this.#hasReaders && line === null && told.length === 0) return
    const record = makeRecord({
      callId: arrival.callId,
      requestId: arrival.requestId,
      traceId: trace?.traceId ?? null,
      spanId: trace?.spanId ?? null,
      parentSpanId: trace?.parentSpanId ?? null,
      // Never before it came: the clock that steps gives whole milliseconds.
      time: Math.ceil(clock.now() - duration),
      duration,
      surface: arrival.surface,
      entrypoint: arrival.entrypoint,
      action: arrival.action,
      auth: state?.auth ?? null,
      client: site.client,
      ended: problem,
      sent: outcome,
      status,
      rule: state?.rule ?? null,
      refusal: state?.refusal ?? null,
      approvalId: state?.redemption?.id ?? null,
      argumentsHash: state?.argumentsHash ?? null,
      dryRun: arrival.dryRun,
      cache: state?.cacheUse ?? null,
      bytes,
      meta: state?.answer?.head?.meta ?? null,
      http: site.http,
    })
    if (line !== null) {
      const fields = fieldsOf(record, arrival.receivedAt !== null)
      writeSafely(logger, line.level, fields, line.message)
    }
    for (const tell of told) tellSafely(() => tell(record))
    if (accessLog !== null && !isQuiet) tellSafely(() => accessLog(accessEvent(record)))
    if (onCall !== null) tellSafely(() => inCall(state, () => onCall(record)))
  }

  /** Writes what has been counted of refusals, before an app ends. */
  flush(): void {
    this.#floods.flush()
  }

  /** What the log says of it; `null` where it has said it, counts it, or has nothing to say. */
  #lineOf(
    { state, action, surface }: Arrival,
    site: RecordSite,
    problem: Problem | null,
    sent: SendResult['outcome'],
  ): CallLine | null {
    const { calls } = this.#readers
    if (calls === 'problems' && state !== null && state.logged !== null) {
      // An unexpected error has its line already, with the cause.
      return null
    }
    const line = calls === 'all' ? lineOfAll(problem, sent) : logLine(problem, sent)
    if (line === null || line.counted === undefined || problem === null) return line
    const subject = state?.auth?.subject ?? null
    // Nothing is left out that somebody did whose name is known.
    if (subject !== null && line.counted === 'strangers') return line
    const { publicCode } = problem
    const call = { line, problem: publicCode, action, source: surface, subject }
    return this.#floods.isFirst({ ...call, address: site.client.address }) ? line : null
  }
}

/** A tool that failed is sent in a 200: what happened is what HTTP would have said of it (FND-32). */
function statusOf({ surface, state, problem }: Arrival, { status }: RecordSite): number {
  if (surface === 'api') return status
  return problem?.status ?? state?.answer?.status ?? status
}

/**
 * What a line of the log says of a call.
 *
 * @param isTimed false where nobody looked at the clock when it came
 */
function fieldsOf(record: CallRecord, isTimed: boolean): Readonly<Record<string, unknown>> {
  const { problem, traceId, cache, meta, rule, refusal, argumentsHash, approvalId } = record
  return {
    request_id: record.requestId,
    call_id: record.callId,
    ...(traceId === null ? {} : { trace_id: traceId, span_id: record.spanId }),
    action: record.action,
    source: record.surface,
    entrypoint: record.entrypoint,
    subject: record.subject,
    outcome: record.outcome,
    problem,
    status: record.status,
    ...(isTimed ? { duration_ms: toMicroseconds(record.duration) } : {}),
    client: record.client.address,
    ...(cache === null ? {} : { cache }),
    ...(meta === null ? {} : { meta: printableMeta(meta) }),
    ...(rule === null ? {} : { rule }),
    ...(refusal === null ? {} : { refusal }),
    ...(approvalId === null ? {} : { approval_id: approvalId }),
    ...(argumentsHash === null ? {} : { arguments_hash: argumentsHash }),
  }
}

/** Nobody reads the sixteenth digit of a duration. */
function toMicroseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
