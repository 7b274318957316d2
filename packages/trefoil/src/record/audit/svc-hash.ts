import { createHash } from 'node:crypto'
import { plainMembers } from '../../base/plain/plain-members.ts'
import { GENESIS } from './chain-keys.ts'

/** A row of svc-infra's audit table (S-AUD-1), as it was exported. */
export interface SvcAuditRow {
  readonly ts: string
  /** UUID in lower case, or `null`. */
  readonly actor_id: string | null
  readonly tenant_id: string | null
  readonly event_type: string
  readonly resource_ref: string | null
  readonly metadata: Readonly<Record<string, unknown>>
  readonly prev_hash: string | null
  readonly hash: string
}

/** What {@link verifySvcAudit} came to. */
export interface SvcAuditReport {
  readonly ok: boolean
  /** Indices of rows that do not match, in order, each once (S-AUD-3). */
  readonly broken: readonly number[]
}

/**
 * Verifies rows that svc-infra wrote (V-03), of one tenant and in their order, so that a log can be taken
 * over. Their hash has no key: it shows slips, and nobody's intent.
 */
export function verifySvcAudit(rows: readonly SvcAuditRow[]): SvcAuditReport {
  const broken = rows.flatMap((row, index) => {
    const before = index === 0 ? GENESIS : rows[index - 1]?.hash
    const prev = row.prev_hash ?? GENESIS
    return prev === before && svcAuditHash(row, prev) === row.hash ? [] : [index]
  })
  return { ok: broken.length === 0, broken }
}

/**
 * Hash of a row behind the one with the hash `prev` (S-AUD-2).
 *
 * @throws TypeError for metadata with no JSON form
 */
export function svcAuditHash(row: Omit<SvcAuditRow, 'hash' | 'prev_hash'>, prev: string): string {
  const { actor_id, event_type, metadata, resource_ref, tenant_id, ts } = row
  const text = sortedAscii({ actor_id, event_type, metadata, resource_ref, tenant_id, ts })
  return createHash('sha256').update(`${prev}${text}`).digest('hex')
}

/** Sorted members, no spaces, everything beyond ASCII escaped. Whole floats have lost their `.0` in JSON. */
function sortedAscii(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedAscii).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = plainMembers(value).sort(([left], [right]) => (left < right ? -1 : 1))
    return `{${members.map(([key, member]) => `${ascii(key)}:${sortedAscii(member)}`).join(',')}}`
  }
  if (typeof value === 'string') return ascii(value)
  const text = JSON.stringify(value)
  if (text === undefined) throw new TypeError(`A ${typeof value} has no JSON form`)
  return text
}

function ascii(text: string): string {
  return JSON.stringify(text).replaceAll(/[\u007f-\uffff]/g, (unit) => {
    // 0x7f is ASCII to the other side.
    if (unit === '\u007f') return unit
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
