import { parseIp } from '../../../base/ip.ts'
import type { AuditEntry } from '../entry.ts'
import { APP_EVENTS } from './app-events.ts'
import {
  type Ended,
  EventMembers,
  endOf,
  isRefused,
  present,
  type Severity,
  severityOf,
  verbOf,
} from './event-members.ts'

/** Version of the Elastic Common Schema; every field is in 8.x as well. */
export const ECS_VERSION = '9.0.0'

type Members = Readonly<Record<string, unknown>>

const SEVERITIES: Readonly<Record<Severity, number>> = {
  informational: 1,
  low: 2,
  medium: 3,
  high: 4,
}
const TYPES = {
  create: 'creation',
  read: 'access',
  update: 'change',
  delete: 'deletion',
  other: 'info',
} as const
const OWN: ReadonlySet<string> = new Set(
  'type call request surface action subject tenant address outcome problem status duration name trace rule'.split(
    ' ',
  ),
)

/** An entry as a document of the Elastic Common Schema; what it has no field for is below `trefoil`. */
export function ecsDocument(entry: AuditEntry, hash: string | null): Members {
  const event = new EventMembers(entry)
  const { stream, seq, kid, time } = entry
  const address = event.text('address')?.replace(/%.*$/, '')
  const duration = event.whole('duration')
  const status = event.whole('status')
  const code = event.text('problem')
  const rule = event.text('rule')
  const request = event.text('request')
  const http = present({
    request: request === undefined ? undefined : { id: request },
    response: status === undefined ? undefined : { status_code: status },
  })
  const [subject, tenant, trace, surface, call] = [
    'subject',
    'tenant',
    'trace',
    'surface',
    'call',
  ].map((name) => event.text(name))
  return present({
    '@timestamp': timeText(time),
    ecs: { version: ECS_VERSION },
    message: messageOf(event),
    event: present({
      id: `${stream}/${seq}`,
      kind: 'event',
      ...categoryOf(event),
      action: event.text('action') ?? event.text('name') ?? event.text('type') ?? 'unknown',
      code: event.text('type'),
      dataset: 'trefoil.audit',
      module: 'trefoil',
      provider: surface,
      outcome: endOf(event) satisfies Ended,
      severity: SEVERITIES[severityOf(event)],
      sequence: seq,
      // Nanoseconds.
      duration: duration === undefined ? undefined : duration * 1_000_000,
      reason: code,
      hash: hash ?? undefined,
    }),
    user: subject === undefined ? undefined : { id: subject },
    organization: tenant === undefined ? undefined : { id: tenant },
    source:
      address === undefined
        ? undefined
        : parseIp(address) === null
          ? { address }
          : { address, ip: address },
    trace: trace === undefined ? undefined : { id: trace },
    transaction: call === undefined ? undefined : { id: call },
    http: Object.keys(http).length === 0 ? undefined : http,
    error: code === undefined ? undefined : { code },
    rule: rule === undefined ? undefined : { name: rule },
    service: { type: 'trefoil' },
    trefoil: { stream, kid, ...event.without(OWN) },
  })
}

/** A time that no calendar has is that of its beginning: a document without one is refused as a whole. */
function timeText(time: number): string {
  return new Date(Math.abs(time) <= 8.64e15 ? time : 0).toISOString()
}

function messageOf(event: EventMembers): string {
  const what = event.text('action') ?? event.text('name') ?? event.text('type') ?? 'unknown'
  const ended = event.text('problem') ?? event.text('outcome')
  return ended === undefined ? what : `${what}: ${ended}`
}

/** Words out of the lists that the schema allows. */
function categoryOf(event: EventMembers): { readonly category: string[]; readonly type: string[] } {
  const type = event.text('type')
  if (type === 'event') {
    const row = APP_EVENTS[event.text('name') ?? '']
    if (row?.class === 'authentication') {
      return { category: ['authentication'], type: [row.activity === 'Logoff' ? 'end' : 'start'] }
    }
    if (row?.class === 'authorize_session') return { category: ['session', 'iam'], type: ['admin'] }
    if (row === undefined) return { category: ['configuration'], type: ['info'] }
    const about = row.class === 'user_management' ? ['user'] : ['admin']
    return { category: ['iam'], type: [...about, changeOf(row.activity)] }
  }
  if (type !== 'call' && type !== 'intent' && type !== 'refusals') {
    return { category: ['api'], type: ['info'] }
  }
  const what = type === 'intent' ? 'start' : TYPES[verbOf(event.text('action') ?? '')]
  return { category: ['api'], type: isRefused(event) ? [what, 'denied'] : [what] }
}

function changeOf(activity: string): 'creation' | 'deletion' | 'change' {
  if (activity === 'Create') return 'creation'
  return activity === 'Delete' ? 'deletion' : 'change'
}
