import { type AuditEntry, readEntry } from '../../../audit-chain.ts'
import type { AnyDatabase } from '../../../database.ts'
import { ask, type PersonKey } from '../../../inner.ts'
import type { SqlValue } from '../../../parts.ts'
import { type AuditPage, type AuditQuery, limitOf } from '../find-entries.ts'
import type { Sealing } from './sealing.ts'

/** Where a page ended: in the order of time, of streams at the same time, of numbers in them. */
type Cursor = readonly [time: number, stream: string, seq: number]

const COLUMNS = ['type', 'tenant', 'action', 'call', 'outcome'] as const

/**
 * Entries of all streams in the order of their time, by the columns and indexes that they have for it.
 *
 * @throws TypeError for a limit or a cursor that is none
 */
export async function findRows(
  data: AnyDatabase,
  query: AuditQuery,
  sealing: Sealing | null,
): Promise<AuditPage> {
  const limit = limitOf(query)
  const { subject } = query
  const names =
    subject === undefined ? [] : [subject, ...((await sealing?.peopleOf(subject)) ?? [])]
  const { conditions, values } = conditionsOf(query, names)
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
  const rows = await ask(
    data.queries(),
    data.dialect,
    `select time, stream, seq, body from trefoil_audit_entries ${where}
      order by time, stream, seq limit ${limit + 1}`,
    values,
  )
  const keys = new Map<string, PersonKey | null>()
  const entries: AuditEntry[] = []
  for (const { body } of rows.slice(0, limit)) {
    const entry = readEntry(String(body))
    // What stands there and is no entry, or is not what its columns say, is for `verify` to tell.
    if (entry === null || !fits(entry, query, names)) continue
    entries.push(sealing === null ? entry : await sealing.open(entry, keys))
  }
  const last = rows.length > limit ? rows[limit - 1] : undefined
  if (last === undefined) return { entries, next: null }
  const cursor: Cursor = [Number(last['time']), String(last['stream']), Number(last['seq'])]
  return { entries, next: Buffer.from(JSON.stringify(cursor)).toString('base64url') }
}

/**
 * By its text: columns are signed by nobody, and whoever can write them could lend somebody another's deeds.
 *
 * @param names of the subject, in clear and sealed
 */
function fits({ event, time }: AuditEntry, query: AuditQuery, names: readonly string[]): boolean {
  const { from = time, to = Number.POSITIVE_INFINITY } = query
  if (time < from || time >= to) return false
  const of = (name: string): unknown => Reflect.get(event, name)
  const whose = textOf(of('person') ?? of('subject'))
  if (names.length > 0 && !names.some((name) => textOf(name) === whose)) return false
  return COLUMNS.every(
    (name) => query[name] === undefined || textOf(of(name)) === textOf(query[name]),
  )
}

/** As the columns have it. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value.toWellFormed() : null
}

/** A whole number that both databases take. */
function wholeTime(time: number): number {
  return Math.min(Math.max(Math.ceil(time), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)
}

function conditionsOf(
  query: AuditQuery,
  names: readonly string[],
): { readonly conditions: readonly string[]; readonly values: readonly SqlValue[] } {
  const conditions: string[] = []
  const values: SqlValue[] = []
  const add = (condition: string, ...given: readonly SqlValue[]) => {
    conditions.push(condition)
    values.push(...given)
  }
  for (const name of COLUMNS) {
    const wanted = query[name]
    if (wanted !== undefined) add(`${name} = ?`, wanted)
  }
  const { from, to, after } = query
  if (names.length > 0) {
    add(`subject in (${names.map(() => '?').join(', ')})`, ...names)
  }
  if (from !== undefined) add('time >= ?', wholeTime(from))
  if (to !== undefined) add('time < ?', wholeTime(to))
  if (after !== undefined) {
    const [time, stream, seq] = cursorOf(after)
    add('(time, stream, seq) > (?, ?, ?)', time, stream, seq)
  }
  return { conditions, values }
}

function cursorOf(text: unknown): Cursor {
  try {
    const value: unknown = JSON.parse(Buffer.from(String(text), 'base64url').toString('utf8'))
    if (Array.isArray(value)) {
      const [time, stream, seq]: unknown[] = value
      const fits = Number.isSafeInteger(time) && Number.isSafeInteger(seq)
      if (fits && typeof stream === 'string') return [Number(time), stream, Number(seq)]
    }
  } catch {
    // Told below.
  }
  throw new TypeError('audit.find(): after must be `next` of the page before')
}
