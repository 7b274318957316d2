import type {
  AuditOpening,
  AuditStore,
  LinkedEntry,
  PrunedRecord,
  StoredEntry,
} from '../../../audit-chain.ts'
import { readEntry } from '../../../audit-chain.ts'
import type { SqlRow } from '../../../parts.ts'
import { ask } from './ask.ts'
import { insertEntry, lastEntry, storedEntry } from './entry-rows.ts'
import type { AnyDatabase } from './sql-journal.ts'

const PAGE = 1000

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

  async *read(stream?: string, after = -1): AsyncIterable<StoredEntry> {
    if (stream !== undefined) return yield* this.readAfter(stream, after)
    for (const one of await this.streams()) yield* this.readAfter(one, -1)
  }

  /** Those of one stream behind a number. */
  async *readAfter(stream: string, after: number): AsyncIterable<StoredEntry> {
    for (let last = after; ; ) {
      const rows = await this.#ask(ENTRIES, [stream, last])
      for (const row of rows) yield storedEntry(row)
      const end = rows.at(-1)
      if (end === undefined || rows.length < PAGE) return
      last = Number(end['seq'])
    }
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

/** One stream of a database as a store of its own: for what is copied into it from elsewhere. */
export class SqlAuditStore extends SqlEntries implements AuditStore {
  readonly #data: AnyDatabase
  readonly #stream: string
  #isOpen = false

  constructor(data: AnyDatabase, stream: string) {
    super(data)
    this.#data = data
    this.#stream = stream
  }

  override read(stream: string = this.#stream, after?: number): AsyncIterable<StoredEntry> {
    return super.read(stream, after)
  }

  async open(): Promise<AuditOpening> {
    const last = await this.last(this.#stream)
    this.#isOpen = true
    return { last, torn: 0 }
  }

  async append(entries: readonly StoredEntry[]): Promise<void> {
    if (!this.#isOpen) throw new Error(`The stream ${this.#stream} is not open`)
    await this.#data.unit(async (db) => {
      const statements = this.#data.statements(db)
      const last = await lastEntry(statements, this.#stream)
      const first = (last?.seq ?? -1) + 1
      if (last !== null && entries[0]?.prev !== last.entry.hash) {
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

  close(): void {
    this.#isOpen = false
  }
}

function numberOf(stream: string): number {
  return Number(/\/([0-9]+)$/.exec(stream)?.[1] ?? -1)
}
