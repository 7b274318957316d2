import type { Clock } from '../base/clock.ts'
import type { SendResult } from '../contract/answer/exchange.ts'
import type { AccessLog } from '../contract/call/access-event.ts'
import type { ClientFacts } from '../contract/call/call-facts.ts'
import type { CallRecord, OnCall } from '../contract/call/call-record.ts'
import type { Logger } from '../contract/call/logger.ts'
import { logLine } from '../record/call-line.ts'
import { accessEvent } from '../record/make-access-event.ts'
import { makeRecord } from '../record/make-record.ts'
import { tellSafely, writeSafely } from '../record/write-safely.ts'
import type { Arrival } from './arrival.ts'

/** What is known of a call at its end, beside how it went. */
export interface RecordSite {
  readonly client: ClientFacts
  readonly http: CallRecord['http']
  readonly status: number
}

/** Whoever wants to know what happened. */
export interface Readers {
  readonly accessLog: AccessLog | null
  readonly onCall: OnCall | null
  readonly logger: Logger
  readonly clock: Clock
}

/**
 * Makes the one record of a call, when its answer is complete, and hands it to its readers. Most
 * calls have none: a record for every one would cost a small call a twentieth.
 */
export class Recorder {
  readonly #readers: Readers
  /** True when somebody reads the record of every call. */
  readonly readsAll: boolean

  constructor(readers: Readers) {
    this.#readers = readers
    this.readsAll = readers.accessLog !== null || readers.onCall !== null
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
    const { state } = arrival
    const problem = arrival.problem ?? state?.failedLate ?? null
    const line = logLine(problem, outcome)
    if (!this.readsAll && line === null) return
    const now = clock.elapsed()
    const duration = now - (arrival.receivedAt ?? now)
    const record = makeRecord({
      callId: arrival.callId,
      requestId: arrival.requestId,
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
      status: statusOf(arrival, site),
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
    // An unexpected error has its line already, with the cause.
    const isLogged = state !== null && state.logged !== null
    if (line !== null && !isLogged) writeSafely(logger, line.level, fieldsOf(record), line.message)
    if (accessLog !== null) tellSafely(() => accessLog(accessEvent(record)))
    if (onCall !== null) tellSafely(() => onCall(record))
  }
}

/** A tool that failed is sent in a 200: what happened is what HTTP would have said of it (FND-32). */
function statusOf({ surface, state, problem }: Arrival, { status }: RecordSite): number {
  if (surface === 'api') return status
  return problem?.status ?? state?.answer?.status ?? status
}

/** What a line of the log says of a call. */
function fieldsOf(record: CallRecord): Readonly<Record<string, unknown>> {
  const { problem, rule, refusal, argumentsHash, approvalId } = record
  return {
    request_id: record.requestId,
    call_id: record.callId,
    action: record.action,
    source: record.surface,
    subject: record.subject,
    outcome: record.outcome,
    problem,
    status: record.status,
    client: record.client.address,
    ...(rule === null ? {} : { rule }),
    ...(refusal === null ? {} : { refusal }),
    ...(approvalId === null ? {} : { approval_id: approvalId }),
    ...(argumentsHash === null ? {} : { arguments_hash: argumentsHash }),
  }
}
