import { parseIp } from '../../../base/ip.ts'
import { escapeUnseen } from '../../../base/unseen-text.ts'
import type { AuditEntry } from '../entry.ts'
import { EventMembers, endOf, type Severity, severityOf } from './event-members.ts'

const SEVERITIES: Readonly<Record<Severity, number>> = {
  informational: 2,
  low: 4,
  medium: 6,
  high: 9,
}
/** The dictionary allows 1023 characters to most texts. */
const LONGEST = 1023

/** An entry as a line of the Common Event Format (ArcSight, version 0). */
export function cefLine(entry: AuditEntry, hash: string | null): string {
  const event = new EventMembers(entry)
  const type = event.text('type') ?? 'unknown'
  const name = event.text('action') ?? event.text('name') ?? type
  const header = ['Trefoil', 'Trefoil', '1', type, name, String(SEVERITIES[severityOf(event)])]
  const fields = extension(entry, event, hash)
    .filter((field): field is [string, string] => field[1] !== undefined)
    .map(([key, value]) => `${key}=${escapedValue(value)}`)
  return `CEF:0|${header.map(escapedHeader).join('|')}|${fields.join(' ')}`
}

type Field = readonly [key: string, value: string | undefined]

function extension(entry: AuditEntry, event: EventMembers, hash: string | null): readonly Field[] {
  const address = event.text('address')?.replace(/%.*$/, '') ?? ''
  const kind = parseIp(address) === null ? 0 : address.includes(':') ? 6 : 4
  const count = event.whole('count')
  const duration = event.whole('duration')
  const status = event.whole('status')
  const actor = event.texts('actor')
  return [
    ['rt', String(entry.time)],
    ['externalId', `${entry.stream}/${entry.seq}`],
    ['act', event.text('action')],
    ['app', event.text('surface')],
    ['outcome', endOf(event)],
    ['reason', event.text('problem')],
    ['suid', event.text('subject')],
    ['src', kind === 4 ? address : undefined],
    ...labelled('c6a2', 'Source IPv6 Address', kind === 6 ? address : undefined),
    ['cnt', count === undefined ? undefined : String(count)],
    ...labelled('cs1', 'tenant', event.text('tenant')),
    ...labelled('cs2', 'call', event.text('call')),
    ...labelled('cs3', 'actor', actor.length === 0 ? undefined : actor.join(',')),
    ...labelled('cs4', 'rule', event.text('rule')),
    ...labelled('cs5', 'request', event.text('request')),
    ...labelled('cs6', 'hash', hash ?? undefined),
    ...labelled('cn1', 'status', status === undefined ? undefined : String(status)),
    ...labelled('cn2', 'duration', duration === undefined ? undefined : String(duration)),
  ]
}

/** A field of one's own, and what it is called. */
function labelled(key: string, label: string, value: string | undefined): readonly Field[] {
  return value === undefined
    ? []
    : [
        [key, value],
        [`${key}Label`, label],
      ]
}

/**
 * A pipe would begin another member of the header, and a line feed another event: what a caller sends must
 * not write a log. What is not seen is made visible before, so that nothing of it is left.
 */
function escapedHeader(text: string): string {
  return shortened(escapeUnseen(text)).replaceAll('\\', '\\\\').replaceAll('|', '\\|')
}

/** An equals sign would begin another field. Line feeds have a form of their own here. */
function escapedValue(text: string): string {
  return shortened(escapeUnseen(text, '\n\r'))
    .replaceAll('\\', '\\\\')
    .replaceAll('=', '\\=')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1).toWellFormed()}…`
}
