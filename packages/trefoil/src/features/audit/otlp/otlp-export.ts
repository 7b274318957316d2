import { randomUUID } from 'node:crypto'
import { type AuditSource, readEntry, type StoredEntry } from '../../../audit-chain.ts'
import type { AnyDatabase } from '../../../database.ts'
import type { Clock, Logger } from '../../../index.ts'
import type { OtlpValues } from './otlp-options.ts'
import { logRecord, logsDocument } from './otlp-records.ts'
import { CollectorRefused, sendLogs } from './otlp-sender.ts'
import { positionsInDatabase, positionsInFolder, type SentPositions } from './sent-positions.ts'

/** Milliseconds before the second try; doubled for each one after it. */
const FIRST_PAUSE = 1000
const LONGEST_PAUSE = 60_000
/** Characters of entries in one request: a collector takes so much and no more. */
const MOST_TEXT = 1_000_000
/** Milliseconds that a stopping app gives to what is not sent yet; it is sent after the next start. */
const LAST = 2000

/** Milliseconds after which another process sends, at least, when nothing is heard of this one. */
const LEASE = 60_000

/** @param data where the log is; `null` for one that is in no database */
export function otlpExport(
  values: OtlpValues | null,
  source: AuditSource,
  data: AnyDatabase | null,
  clock: Clock,
): OtlpExport | null {
  if (values === null) return null
  const lease = Math.max(LEASE, values.timeout * 2)
  const positions =
    data === null
      ? positionsInFolder(values.dir)
      : positionsInDatabase(data, randomUUID(), lease, () => clock.now())
  return new OtlpExport(values, source, positions)
}

/** Entries of one stream that go out together. */
interface Batch {
  readonly records: ReturnType<typeof logRecord>[]
  readonly last: number
}

/**
 * Sends what is in the log, from where it was, and again until it was taken: each entry at least once, in the order
 * of its stream. No call knows of it: the log is read, and a collector that is away costs nothing but time.
 */
export class OtlpExport {
  readonly #values: OtlpValues
  readonly #source: AuditSource
  readonly #positions: SentPositions
  readonly #controller = new AbortController()
  #service = ''
  /** While the app is served. */
  #log: Logger | null = null
  #timer: ReturnType<typeof setTimeout> | null = null
  #pass: Promise<void> = Promise.resolve()
  #failures = 0
  /** What went wrong last; said once, not at each try. */
  #trouble: string | null = null

  constructor(values: OtlpValues, source: AuditSource, positions: SentPositions) {
    this.#values = values
    this.#source = source
    this.#positions = positions
  }

  start(service: string, log: Logger): void {
    this.#service = service
    this.#log = log
    this.#run()
  }

  /** What is there is sent once more, if that is quick. */
  async stop(): Promise<void> {
    if (this.#log === null) return
    this.#log = null
    if (this.#timer !== null) clearTimeout(this.#timer)
    const limit = setTimeout(() => this.#controller.abort(), LAST)
    await this.#pass
    if (this.#failures === 0) await this.#sendAll().catch(() => undefined)
    clearTimeout(limit)
    await this.#positions.give().catch(() => undefined)
  }

  #run(): void {
    this.#pass = this.#attempt().then((pause) => {
      if (this.#log === null) return
      this.#timer = setTimeout(() => this.#run(), pause)
      this.#timer.unref?.()
    })
  }

  /** @returns milliseconds until the next. Never rejects */
  async #attempt(): Promise<number> {
    try {
      await this.#sendAll()
      if (this.#trouble !== null)
        this.#log?.info({}, 'The audit log is sent to its collector again')
      this.#trouble = null
      this.#failures = 0
      return this.#values.every
    } catch (err) {
      const trouble = err instanceof Error ? err.message : 'unknown'
      if (trouble !== this.#trouble) {
        this.#log?.error(
          { err },
          'The audit log cannot be sent to its collector; it is tried again',
        )
      }
      this.#trouble = trouble
      const wanted = err instanceof CollectorRefused ? err.pause : 0
      const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(10, this.#failures++))
      return Math.max(wanted, pause)
    }
  }

  async #sendAll(): Promise<void> {
    if (!(await this.#positions.take())) return
    const sent = await this.#positions.load()
    // A store of one stream does not say its name.
    for (const stream of (await this.#source.streams?.()) ?? [undefined]) {
      for await (const { records, last } of this.#batches(stream, sent.get(stream ?? '') ?? -1)) {
        // Another one sends by now: what this one has read would be sent twice for nothing.
        if (!(await this.#positions.take())) return
        await this.#send(records)
        await this.#positions.save(stream ?? '', last)
      }
    }
  }

  async #send(records: Batch['records']): Promise<void> {
    const document = logsDocument(this.#service, records)
    const refused = await sendLogs(document, this.#values, this.#controller.signal)
    if (refused === 0) return
    this.#log?.warn({ count: refused }, 'The collector did not want some entries of the audit log')
  }

  async *#batches(stream: string | undefined, after: number): AsyncGenerator<Batch> {
    let records: Batch['records'] = []
    let length = 0
    let last = after
    for await (const stored of this.#source.read(stream, after)) {
      // What cannot be read has no number: `verify` tells of it.
      const entry = 'broken' in stored ? null : readEntry(stored.text)
      if (entry === null || entry.seq <= after) continue
      if (entry.seq > last + 1 && last !== -1) {
        this.#log?.warn(
          { stream: entry.stream },
          'Entries of the audit log were removed before they were sent',
        )
      }
      last = entry.seq
      records.push(logRecord(stored as StoredEntry, entry))
      length += (stored as StoredEntry).text.length
      if (records.length < this.#values.batch && length < MOST_TEXT) continue
      yield { records, last }
      records = []
      length = 0
    }
    if (records.length > 0) yield { records, last }
  }
}
