import type { AuditOpening, AuditStore, PrunedRecord, StoredEntry } from '../../../audit-chain.ts'
import { readEntry } from '../../../audit-chain.ts'
import type { AnyDatabase } from '../../../database.ts'
import { ask, type LinkedEntry } from '../../../inner.ts'
import type { SqlRow } from '../../../parts.ts'
import { insertEntry, lastEntry, storedEntry } from './entry-rows.ts'

const PAGE = 1000
const OVER: IteratorReturnResult<undefined> = { done: true, value: undefined }

const ENTRIES = `select seq, prev, hash, body from trefoil_audit_entries
  where stream = ? and seq > ? order by seq limit ${PAGE}`
/** From one to the next: to look at every entry for its stream takes as long as reading them. */
const STREAMS = `with recursive streams (stream) as (
    select min(stream) from trefoil_audit_entries
    union all
    select (select min(stream) from trefoil_audit_entries where stream > streams.stream)
      from streams where streams.stream is not null
  ) select stream from streams where stream is not null
  union select stream from trefoil_audit_pruned`
const HEAD = 'select max(seq) as seq from trefoil_audit_entries where stream = ?'
const LATEST = `select prev, hash, body from trefoil_audit_entries
  order by time desc, stream desc, seq desc limit ?`
const PRUNED = 'select seq, hash, kid, mac from trefoil_audit_pruned where stream = ?'

/** The entries of all streams of a database, to be read. */
export class SqlEntries {
  readonly #data: AnyDatabase

  constructor(data: AnyDatabase) {
    this.#data = data
  }

  async streams(): Promise<readonly string[]> {
    const rows = await this.#ask(STREAMS)
    const names = rows.map(({ stream }) => String(stream))
    return names.sort((left, right) => numberOf(left) - numberOf(right))
  }

  async pruned(stream: string): Promise<PrunedRecord | null> {
    const [row] = await this.#ask(PRUNED, [stream])
    if (row === undefined) return null
    const { seq, hash, kid, mac } = row
    return { seq: Number(seq), hash: String(hash), kid: String(kid), mac: String(mac) }
  }

  read(stream?: string, after = -1): AsyncIterable<StoredEntry> {
    return stream === undefined ? this.#readAll() : this.readAfter(stream, after)
  }

  async *#readAll(): AsyncIterable<StoredEntry> {
    for (const stream of await this.streams()) yield* this.readAfter(stream, -1)
  }

  /** Those of one stream behind a number. No generator: what it adds to an entry is a third of verifying it. */
  readAfter(stream: string, after: number): AsyncIterable<StoredEntry> {
    return { [Symbol.asyncIterator]: () => this.#pages(stream, after) }
  }

  #pages(stream: string, after: number): AsyncIterator<StoredEntry> {
    let rows: readonly SqlRow[] = []
    let at = 0
    let last = after
    let isOver = false
    const readOn = async (): Promise<IteratorResult<StoredEntry>> => {
      if (!isOver) {
        rows = await this.#ask(ENTRIES, [stream, last])
        at = 0
        isOver = rows.length < PAGE
        last = Number(rows.at(-1)?.['seq'] ?? last)
      }
      const row = rows[at++]
      return row === undefined ? OVER : { done: false, value: storedEntry(row) }
    }
    return {
      next: () => {
        const row = rows[at]
        if (row === undefined) return readOn()
        at++
        return Promise.resolve({ done: false, value: storedEntry(row) })
      },
      return: async () => {
        isOver = true
        rows = []
        return OVER
      },
    }
  }

  /** What has come since it was last asked: its last numbers are kept for each stream. */
  news(): () => Promise<readonly StoredEntry[]> {
    let seen: Map<string, number> | null = null
    return async () => {
      const come: StoredEntry[] = []
      const isFirst = seen === null
      const before = seen ?? new Map<string, number>()
      seen = before
      for (const stream of await this.streams()) {
        const after = before.get(stream) ?? -1
        const [row] = await this.#ask(HEAD, [stream])
        const head = Number(row?.['seq'] ?? -1)
        const already = come.length
        // At first nobody has asked for all that there is.
        if (!isFirst && head > after) {
          for await (const entry of this.readAfter(stream, after)) come.push(entry)
        }
        before.set(stream, Math.max(after + come.length - already, head))
      }
      return come
    }
  }

  /** The last entries of all streams, in the order of their time. */
  async latest(count: number): Promise<readonly StoredEntry[]> {
    const rows = await this.#ask(LATEST, [count])
    return rows.map(storedEntry).reverse()
  }

  /** The last entry of a stream that has been committed. */
  async last(stream: string): Promise<StoredEntry | null> {
    const [row] = await this.#ask(
      'select prev, hash, body from trefoil_audit_entries where stream = ? order by seq desc limit 1',
      [stream],
    )
    return row === undefined ? null : storedEntry(row)
  }

  #ask(text: string, values: readonly (string | number)[] = []): Promise<readonly SqlRow[]> {
    const { dialect } = this.#data
    return ask(this.#data.queries(), dialect, text, values)
  }
}

/**
 * One stream of a database as a store of its own: for what is copied into it from elsewhere. The tables are those
 * of `auditLog({ data })`.
 */
export class SqlAuditStore implements AuditStore {
  readonly #data: AnyDatabase
  readonly #stream: string
  readonly #entries: SqlEntries
  #isOpen = false

  /** @param stream its name, such as `import/0`; not one of those that the log itself writes */
  constructor(data: AnyDatabase, stream: string) {
    this.#data = data
    this.#stream = stream
    this.#entries = new SqlEntries(data)
  }

  /** What is there, in its order. */
  read(stream: string = this.#stream, after?: number): AsyncIterable<StoredEntry> {
    return this.#entries.read(stream, after)
  }

  /** Looks at its end. */
  async open(): Promise<AuditOpening> {
    const last = await this.#entries.last(this.#stream)
    this.#isOpen = true
    return { last, torn: 0 }
  }

  /** Writes all of them, in one transaction, or none. */
  async append(entries: readonly StoredEntry[]): Promise<void> {
    if (!this.#isOpen) throw new Error(`The stream ${this.#stream} is not open`)
    await this.#data.unit(async (db) => {
      const statements = this.#data.statements(db)
      const last = await lastEntry(statements, this.#stream)
      const first = (last?.seq ?? -1) + 1
      const { hash: end } = last?.entry ?? { hash: entries[0]?.prev }
      if (entries[0]?.prev !== end) {
        throw new Error(`The stream ${this.#stream} does not end where the first entry begins`)
      }
      for (const [index, entry] of entries.entries()) {
        const linked: LinkedEntry = {
          ...entry,
          place: { stream: this.#stream, seq: first + index, hash: entry.hash },
        }
        const read = readEntry(entry.text)
        if (!(await insertEntry(statements, linked, read?.time ?? 0, read?.event ?? null))) {
          throw new Error(`The entries for the stream ${this.#stream} do not follow one another`)
        }
      }
    })
  }

  /** Takes nothing more until it is opened again. */
  close(): void {
    this.#isOpen = false
  }
}

function numberOf(stream: string): number {
  return Number(/\/([0-9]+)$/.exec(stream)?.[1] ?? -1)
}
