import { type AuditEntry, type AuditStore, readEntry } from '../../audit-chain.ts'
import { checkOptionNames, type OptionNames } from '../../parts.ts'

/** Which entries are looked for; all that is given must fit. */
export interface AuditQuery {
  /** Entries behind this number: `next` of the page before. Default from the beginning. */
  readonly after?: number
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
  readonly next: number | null
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

/** @throws TypeError for a limit that is none */
export async function findEntries(
  store: Pick<AuditStore, 'read'>,
  query: AuditQuery,
): Promise<AuditPage> {
  checkOptionNames('audit.find()', query, QUERY)
  const { after = -1, limit = 100 } = query
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MOST) {
    throw new TypeError(`audit.find(): limit must be a whole number from 1 to ${MOST}`)
  }
  const entries: AuditEntry[] = []
  for await (const stored of store.read()) {
    const entry = 'broken' in stored ? null : readEntry(stored.text)
    if (entry === null || entry.seq <= after || !fits(entry, query)) continue
    if (entries.length === limit) return { entries, next: entries.at(-1)?.seq ?? null }
    entries.push(entry)
  }
  return { entries, next: null }
}

function fits({ event, time }: AuditEntry, query: AuditQuery): boolean {
  const { from = 0, to = Number.POSITIVE_INFINITY } = query
  if (time < from || time >= to) return false
  return MEMBERS.every((name) => {
    const wanted = query[name]
    return wanted === undefined || Reflect.get(event, name) === wanted
  })
}
