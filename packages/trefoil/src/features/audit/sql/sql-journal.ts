import type { AuditEvent, AuditPlace } from '../../../audit-chain.ts'
import type { AnyDatabase } from '../../../database.ts'
import type { Clock } from '../../../index.ts'
import { type AuditLinks, eventText, type LinkedEntry } from '../../../inner.ts'
import type { SqlStatements } from '../../../parts.ts'
import { insertEntry, insertEntryLate, lastEntry, type Written } from './entry-rows.ts'
import { SqlStreams } from './sql-streams.ts'

interface Waiting {
  readonly written: Written
  readonly resolve: (place: AuditPlace) => void
  readonly reject: (error: unknown) => void
}

/** An entry that may go with the commit of its unit. */
export interface LateEntry {
  afterCommit(tell: () => void): void
  /** Makes of its error what the commit throws. */
  explain(error: unknown): unknown
}

/** So many share a transaction: what has come while the last ones were committed. */
const BATCH = 256
const MOST_WAITING = 10_000

/** What a {@link SqlJournal} is made of. */
export interface JournalOptions {
  readonly data: AnyDatabase
  readonly links: AuditLinks
  readonly clock: Clock
  /** Makes what is personal unreadable without a key that is kept apart; `null` for what is written as it is. */
  readonly seal: ((statements: SqlStatements, event: AuditEvent) => Promise<AuditEvent>) | null
}

/**
 * Writes entries into tables: in the transaction of a call, so that neither is kept without the other, or in
 * ones of its own, which those that come at the same time share.
 */
export class SqlJournal {
  readonly #options: JournalOptions
  readonly #streams = new SqlStreams()
  readonly #queue: Waiting[] = []
  #wake = Promise.withResolvers<void>()
  #isWriting = false
  /** Settled with the last that was asked for. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: JournalOptions) {
    this.#options = options
    void this.#run()
  }

  /**
   * In a transaction of its own.
   *
   * @returns where it stands, once it is committed
   */
  append(event: AuditEvent): Promise<AuditPlace> {
    let written: Written
    try {
      // Now: what it is made of may be changed later, and what has no text is told to nobody but its author.
      written = { event, text: eventText(event) }
    } catch (error) {
      return Promise.reject(error)
    }
    if (this.#queue.length >= MOST_WAITING) {
      return Promise.reject(new Error(`More than ${MOST_WAITING} entries wait to be written`))
    }
    const { promise, resolve, reject } = Promise.withResolvers<AuditPlace>()
    this.#queue.push({ written, resolve, reject })
    this.#last = promise.catch(() => undefined)
    this.#wake.resolve()
    return promise
  }

  /**
   * In the transaction of a unit: the last that is done in it, because it takes the stream.
   *
   * @param late where it may go with the commit; `null` where something in the unit waits for it
   */
  async appendIn(
    statements: SqlStatements,
    given: readonly Written[],
    late: LateEntry | null = null,
  ): Promise<readonly AuditPlace[]> {
    const { links, clock } = this.#options
    const runAtCommit = late === null ? undefined : statements.runAtCommit
    const own = await this.#streams.of(statements)
    const written = await this.#sealed(statements, given)
    const texts = written.map(({ text }) => text)
    // What this process remembers is right unless another one wrote, or its own transaction was rolled back.
    // Where the entry goes with the commit, a wrong one costs the whole call: what is not sure is looked at.
    const isSure = runAtCommit === undefined || own.of === null || own.of === statements
    for (let look = own.head === undefined || !isSure; ; look = true) {
      if (look) {
        const last = await lastEntry(statements, own.stream)
        own.head = last === null ? null : links.check(own.stream, last.entry)
      }
      const time = Math.floor(clock.now())
      const linked = links.link(own.stream, own.head ?? null, texts, time)
      if (late !== null && runAtCommit !== undefined) {
        linked.forEach((entry, index) => {
          insertEntryLate(runAtCommit, entry, time, written[index]?.event ?? null, late.explain)
        })
        own.head = linked.at(-1)?.place ?? own.head
        own.of = statements
        late.afterCommit(() => {
          if (own.of === statements) own.of = null
        })
        return linked.map(({ place }) => place)
      }
      if (await insertAll(statements, linked, written, time)) {
        own.head = linked.at(-1)?.place ?? own.head
        own.of = statements
        return linked.map(({ place }) => place)
      }
      if (look) throw new Error(`The stream ${own.stream} of the audit log has another writer`)
    }
  }

  /** The stream that a transaction writes: known before anything is read in it. */
  async begin(statements: SqlStatements): Promise<void> {
    await this.#streams.of(statements)
  }

  /** Waits for what is being written. */
  async idle(): Promise<void> {
    while (this.#isWriting || this.#queue.length > 0) await this.#last
  }

  async #sealed(statements: SqlStatements, given: readonly Written[]): Promise<readonly Written[]> {
    const { seal } = this.#options
    if (seal === null) return given
    const sealed: Written[] = []
    for (const { event } of given) {
      const made = await seal(statements, event)
      sealed.push({ event: made, text: eventText(made) })
    }
    return sealed
  }

  /**
   * For ever, from when this was made: what wakes it is in some call, and what it does must be in none. What
   * has come by the time it is awake shares a transaction.
   */
  async #run(): Promise<void> {
    for (;;) {
      await this.#wake.promise
      this.#wake = Promise.withResolvers()
      this.#isWriting = true
      await this.#writeAll()
      this.#isWriting = false
    }
  }

  async #writeAll(): Promise<void> {
    const { data } = this.#options
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, BATCH)
      try {
        const all = batch.map(({ written }) => written)
        const places = await data.unit((db) => this.appendIn(data.statements(db), all))
        batch.forEach(({ resolve }, index) => {
          resolve(places[index] as AuditPlace)
        })
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
  }
}

/** @returns false where the first does not follow the last of the stream: then none has been written */
async function insertAll(
  statements: SqlStatements,
  linked: readonly LinkedEntry[],
  written: readonly Written[],
  time: number,
): Promise<boolean> {
  for (const [index, entry] of linked.entries()) {
    const isThere = await insertEntry(statements, entry, time, written[index]?.event ?? null)
    if (!isThere && index === 0) return false
    if (!isThere) throw new Error('An entry of the audit log was not written')
  }
  return true
}
