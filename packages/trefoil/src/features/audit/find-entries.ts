import { type AuditEntry, type AuditStore, readEntry } from '../../audit-chain.ts'
import { checkOptionNames, type OptionNames } from '../../parts.ts'

/** Which entries are looked for; all that is given must fit. */
export interface AuditQuery {
  /** `next` of the page before, as it was given. Default from the beginning. */
  readonly after?: string
  /** How many at most, 1 to 1000. Default 100. */
  readonly limit?: number
  readonly type?: AuditEntry['event']['type']
  readonly subject?: string
  readonly tenant?: string
  readonly action?: string
  /** Id of a call: its intent and its end. */
  readonly call?: string
  readonly outcome?: string
  /** Milliseconds since the Unix epoch, included. */
  readonly from?: number
  /** Milliseconds since the Unix epoch, not included. */
  readonly to?: number
}

/** Entries of a log, and where to go on. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[]
  /** `after` of the next page; `null` when there is none. */
  readonly next: string | null
}

const QUERY: OptionNames<AuditQuery> = {
  after: true,
  limit: true,
  type: true,
  subject: true,
  tenant: true,
  action: true,
  call: true,
  outcome: true,
  from: true,
  to: true,
}
const MOST = 1000
const MEMBERS = ['type', 'subject', 'tenant', 'action', 'call', 'outcome'] as const

/**
 * How many entries a page has at most.
 *
 * @throws TypeError for a limit that is none, and for names that a query has not
 */
export function limitOf(query: AuditQuery): number {
  checkOptionNames('audit.find()', query, QUERY)
  const { limit = 100 } = query
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MOST) {
    throw new TypeError(`audit.find(): limit must be a whole number from 1 to ${MOST}`)
  }
  for (const name of MEMBERS) textOrNothing(name, query[name])
  for (const name of ['from', 'to'] as const) {
    const time = query[name]
    if (time === undefined || Number.isFinite(time)) continue
    throw new TypeError(`audit.find(): ${name} must be milliseconds since the Unix epoch`)
  }
  return limit
}

function textOrNothing(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'string') return
  throw new TypeError(`audit.find(): ${name} must be text`)
}

/** Reads everything, from the beginning: for a store that knows nothing but an order. */
export async function findEntries(
  store: Pick<AuditStore, 'read'>,
  query: AuditQuery,
): Promise<AuditPage> {
  const limit = limitOf(query)
  const after = numberOf(query.after ?? '-1')
  const entries: AuditEntry[] = []
  for await (const stored of store.read()) {
    const entry = 'broken' in stored ? null : readEntry(stored.text)
    if (entry === null || entry.seq <= after || !fits(entry, query)) continue
    if (entries.length === limit) return { entries, next: String(entries.at(-1)?.seq) }
    entries.push(entry)
  }
  return { entries, next: null }
}

function numberOf(text: unknown): number {
  if (typeof text === 'string' && /^-?[0-9]{1,15}$/.test(text)) return Number(text)
  throw new TypeError('audit.find(): after must be `next` of the page before')
}

function fits({ event, time }: AuditEntry, query: AuditQuery): boolean {
  const { from = 0, to = Number.POSITIVE_INFINITY } = query
  if (time < from || time >= to) return false
  return MEMBERS.every((name) => {
    const wanted = query[name]
    return wanted === undefined || Reflect.get(event, name) === wanted
  })
}
