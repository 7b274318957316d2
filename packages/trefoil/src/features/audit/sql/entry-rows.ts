import type { AuditEvent, StoredEntry } from '../../../audit-chain.ts'
import type { LinkedEntry } from '../../../inner.ts'
import type { SqlRow, SqlStatements, SqlValue } from '../../../parts.ts'

/** An event on its way into a stream: its text is made, its number is not. */
export interface Written {
  readonly event: AuditEvent
  readonly text: string
}

const LAST = `select seq, prev, hash, body from trefoil_audit_entries
  where stream = ? order by seq desc limit 1`

/** Only behind the one that it names: a writer that knows no better than this forks nothing. */
const APPEND = `insert into trefoil_audit_entries
  (stream, seq, prev, hash, body, time, type, call, subject, tenant, action, outcome)
  select cast(? as text), cast(? as bigint), cast(? as text), cast(? as text), cast(? as text),
    cast(? as bigint), cast(? as text), cast(? as text), cast(? as text), cast(? as text),
    cast(? as text), cast(? as text)
  where cast(? as bigint) = 0 or exists
    (select 1 from trefoil_audit_entries where stream = ? and seq = ? and hash = ?)
  on conflict (stream, seq) do nothing returning seq`

/**
 * The same, for one whose rows nobody waits for: what does not follow has no number, and a number that is taken is
 * refused, so that the transaction is taken back as a whole.
 */
const APPEND_LATE = `insert into trefoil_audit_entries
  (stream, seq, prev, hash, body, time, type, call, subject, tenant, action, outcome)
  select cast(? as text),
    case when cast(? as bigint) = 0 or exists
      (select 1 from trefoil_audit_entries where stream = ? and seq = ? and hash = ?)
    then cast(? as bigint) end,
    cast(? as text), cast(? as text), cast(? as text),
    cast(? as bigint), cast(? as text), cast(? as text), cast(? as text), cast(? as text),
    cast(? as text), cast(? as text)`

const THERE =
  'select 1 as there from trefoil_audit_entries where stream = ? and seq = ? and hash = ?'

/** The last entry of a stream, as the transaction sees it. */
export async function lastEntry(
  statements: SqlStatements,
  stream: string,
): Promise<{ readonly seq: number; readonly entry: StoredEntry } | null> {
  const [row] = await statements.run(LAST, [stream])
  return row === undefined ? null : { seq: Number(row['seq']), entry: storedEntry(row) }
}

/** @returns false where the entry before is not there, and nothing has been written */
export async function insertEntry(
  statements: SqlStatements,
  { prev, hash, text, place }: LinkedEntry,
  time: number,
  event: AuditEvent | null,
): Promise<boolean> {
  const { stream, seq } = place
  const rows = await statements.run(APPEND, [
    stream,
    seq,
    prev,
    hash,
    text,
    time,
    ...columnsOf(event),
    seq,
    stream,
    seq - 1,
    prev,
  ])
  return rows.length > 0
}

/** Goes with the commit, which fails where the entry before is not there. */
export function insertEntryLate(
  run: NonNullable<SqlStatements['runAtCommit']>,
  { prev, hash, text, place }: LinkedEntry,
  time: number,
  event: AuditEvent | null,
  explain: (error: unknown) => unknown,
): void {
  const { stream, seq } = place
  const before = [stream, seq - 1, prev]
  const values = [stream, seq, ...before, seq, prev, hash, text, time, ...columnsOf(event)]
  run(APPEND_LATE, values, explain)
}

/** True where an entry has been committed, or the transaction itself has written it. */
export async function isThere(
  statements: SqlStatements,
  { stream, seq, hash }: LinkedEntry['place'],
): Promise<boolean> {
  return (await statements.run(THERE, [stream, seq, hash])).length > 0
}

export function storedEntry(row: SqlRow): StoredEntry {
  return { prev: String(row['prev']), hash: String(row['hash']), text: String(row['body']) }
}

/** What is looked for. It is beside what the hash is over: whoever reads believes `body` alone. */
function columnsOf(event: AuditEvent | null): readonly SqlValue[] {
  const of = (name: string): string | null => {
    const value: unknown = event === null ? null : Reflect.get(event, name)
    return typeof value === 'string' ? value.toWellFormed() : null
  }
  return [
    event?.type ?? 'copied',
    of('call'),
    of('person') ?? of('subject'),
    of('tenant'),
    of('action'),
    of('outcome'),
  ]
}
