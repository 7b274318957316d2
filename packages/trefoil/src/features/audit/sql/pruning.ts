import { type AuditEvent, type AuditPlace, readEntry } from '../../../audit-chain.ts'
import type { AnyDatabase } from '../../../database.ts'
import { type AuditLinks, eventText } from '../../../inner.ts'
import type { SqlRow, SqlStatements } from '../../../parts.ts'
import { storedEntry } from './entry-rows.ts'
import { SqlEntries } from './sql-entries.ts'
import type { SqlJournal } from './sql-journal.ts'

/** Entries leave by so many: a record for each would be as long as they were. */
const SEGMENT = 1000
/** Segments that leave in one transaction: nobody else writes meanwhile. */
const MOST_SEGMENTS = 10

const ROWS = `select seq, prev, hash, body from trefoil_audit_entries
  where stream = ? and seq >= ? and seq <= ? order by seq`
const HEAD = 'select max(seq) as seq from trefoil_audit_entries where stream = ?'
const FORGET = 'delete from trefoil_audit_pruned where stream = ?'
const RECORD =
  'insert into trefoil_audit_pruned (stream, seq, hash, kid, mac) values (?, ?, ?, ?, ?)'
const REMOVE = 'delete from trefoil_audit_entries where stream = ? and seq <= ?'

/** Removes entries that are old enough, from the beginning of each stream. */
export class Pruning {
  readonly #data: AnyDatabase
  readonly #links: AuditLinks
  readonly #journal: SqlJournal
  readonly #entries: SqlEntries

  constructor({
    data,
    links,
    journal,
  }: {
    readonly data: AnyDatabase
    readonly links: AuditLinks
    readonly journal: SqlJournal
  }) {
    this.#data = data
    this.#links = links
    this.#journal = journal
    this.#entries = new SqlEntries(data)
  }

  /**
   * @returns how many entries were removed
   * @throws Error where what is to be removed is not sound: it is evidence, and stays
   */
  async prune(before: number): Promise<number> {
    let count = 0
    for (const stream of await this.#entries.streams()) {
      for (let removed = -1; removed !== 0; count += removed) {
        removed = await this.#data.unit((db) =>
          this.#pruneSome(this.#data.statements(db), stream, before),
        )
      }
    }
    return count
  }

  async #pruneSome(statements: SqlStatements, stream: string, before: number): Promise<number> {
    const pruned = await this.#entries.pruned(stream)
    const first = (pruned?.seq ?? -1) + 1
    const [head] = await statements.run(HEAD, [stream])
    let last = { seq: first - 1, hash: pruned?.hash ?? '0'.repeat(64) }
    for (let segment = 0; segment < MOST_SEGMENTS; segment++) {
      const most = (Math.floor((last.seq + 1) / SEGMENT) + 1) * SEGMENT - 1
      // The last entry stays: what comes next stands behind it.
      if (Number(head?.['seq'] ?? -1) <= most) break
      const rows = await statements.run(ROWS, [stream, last.seq + 1, most])
      // By what was signed: of a column that anybody may have changed, the app would sign away what is young.
      const times = rows.map(
        ({ body }) => readEntry(String(body))?.time ?? Number.NEGATIVE_INFINITY,
      )
      if (times.some((time) => time >= before)) break
      let end = last.hash
      let seq = last.seq
      for (const row of rows) {
        const place = this.#placeOf(stream, row)
        if (place === null || row['prev'] !== end || place.seq !== seq + 1) {
          throw unsound(stream, seq + 1)
        }
        end = place.hash
        seq = place.seq
      }
      if (seq !== most) throw unsound(stream, seq + 1)
      last = { seq, hash: end }
    }
    const count = last.seq - first + 1
    if (count === 0) return 0
    const record = this.#links.pruned({ stream, ...last })
    await statements.run(FORGET, [stream])
    await statements.run(RECORD, [stream, record.seq, record.hash, record.kid, record.mac])
    await statements.run(REMOVE, [stream, record.seq])
    const event: AuditEvent = {
      type: 'pruned',
      of: stream,
      until: record.seq,
      hash: record.hash,
      count,
    }
    await this.#journal.appendIn(statements, [{ event, text: eventText(event) }])
    return count
  }

  #placeOf(stream: string, row: SqlRow): AuditPlace | null {
    try {
      return this.#links.check(stream, storedEntry(row))
    } catch {
      return null
    }
  }
}

function unsound(stream: string, seq: number): Error {
  return new Error(
    `Entry ${seq} of the stream ${stream} of the audit log is not sound, and what is old stays: see \`trefoil audit verify\``,
  )
}
