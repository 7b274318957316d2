import type { AuditEntry } from '../entry.ts'
import { APP_EVENTS, type AppEventRow } from './app-events.ts'
import {
  type Ended,
  EventMembers,
  endOf,
  present,
  type Severity,
  severityOf,
  textsIn,
  verbOf,
} from './event-members.ts'
import { classMembers, OCSF_CLASSES } from './ocsf-classes.ts'
import { actorOf, agentOf, decisionOf, sourceOf, userOf } from './ocsf-parts.ts'

/** Release of the schema that events are valid against. */
export const OCSF_VERSION = '1.9.0'

type Members = Readonly<Record<string, unknown>>

const SEVERITIES: Readonly<Record<Severity, readonly [id: number, caption: string]>> = {
  informational: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
}
const STATUSES: Readonly<Record<Ended, readonly [id: number, caption: string]>> = {
  success: [1, 'Success'],
  failure: [2, 'Failure'],
  unknown: [0, 'Unknown'],
}
const ACTIVITIES = { create: 'Create', read: 'Read', update: 'Update', delete: 'Delete' } as const
/** Members of an event that have a place in the schema. */
const MAPPED: ReadonlySet<string> = new Set(
  'type call request surface action subject kind tenant actor session address outcome problem status duration name count since trace rule arguments'.split(
    ' ',
  ),
)

/** An entry as an event of OCSF 1.9.0, valid against its schema whatever stands in the entry. */
export function ocsfEvent(entry: AuditEntry, hash: string | null): Members {
  const event = new EventMembers(entry)
  const type = event.text('type')
  const [body, profiles] =
    type === 'call' || type === 'intent' || type === 'refusals'
      ? apiActivity(event)
      : type === 'event'
        ? appEvent(event)
        : [baseEvent(type ?? 'unknown'), []]
  const [severity_id, severity] = SEVERITIES[severityOf(event)]
  const [status_id, status] = STATUSES[endOf(event)]
  const code = event.whole('status')
  return {
    ...body,
    ...present({
      severity_id,
      severity,
      status_id,
      status,
      status_code: code === undefined ? undefined : String(code),
      status_detail: event.text('problem'),
      time: entry.time,
      start_time: event.whole('since'),
      duration: event.whole('duration'),
      count: event.whole('count'),
      message: messageOf(event),
    }),
    metadata: metadataOf(entry, event, profiles),
    unmapped: present({
      hash: hash ?? undefined,
      kid: entry.kid,
      // A profile of its own, which two classes only have.
      trace: profiles.includes('trace') ? undefined : event.text('trace'),
      ...event.without(MAPPED),
    }),
  }
}

function metadataOf(entry: AuditEntry, event: EventMembers, profiles: readonly string[]): Members {
  return present({
    version: OCSF_VERSION,
    product: { name: 'Trefoil', vendor_name: 'Trefoil' },
    // Attributes of a profile that is not listed are invalid.
    profiles: profiles.length === 0 ? undefined : profiles,
    uid: `${entry.stream}/${entry.seq}`,
    sequence: entry.seq,
    log_name: entry.stream,
    event_code: event.text('name') ?? event.text('type'),
    correlation_uid: event.text('call'),
    tenant_uid: event.text('tenant'),
  })
}

function messageOf(event: EventMembers): string {
  const what = event.text('action') ?? event.text('name') ?? event.text('type') ?? 'unknown'
  const ended = event.text('problem') ?? event.text('outcome')
  return ended === undefined ? what : `${what}: ${ended}`
}

type Body = readonly [members: Members, profiles: readonly string[]]

function withProfiles(members: Members, event: EventMembers): Body {
  const decision = decisionOf(event)
  const agent = agentOf(event)
  const profiles = [
    ...(Object.keys(decision).length === 0 ? [] : ['security_control']),
    ...(Object.keys(agent).length === 0 ? [] : ['ai_operation']),
    ...('trace' in members ? ['trace'] : []),
  ]
  return [{ ...members, ...decision, ...agent }, profiles]
}

function apiActivity(event: EventMembers): Body {
  const action = event.text('action')
  const verb = action === undefined ? null : verbOf(action)
  const activity = verb === null ? 'Unknown' : verb === 'other' ? 'Other' : ACTIVITIES[verb]
  const trace = event.text('trace')
  const status = event.whole('status')
  const request = event.text('request')
  const api = present({
    // Required, and a refusal before a route was found has none.
    operation: action ?? 'unknown',
    service: { name: event.text('surface') ?? 'unknown' },
    request:
      request === undefined
        ? undefined
        : present({ uid: request, data: event.object('arguments') }),
    response:
      status === undefined ? undefined : present({ code: status, error: event.text('problem') }),
  })
  const members = present({
    ...classMembers(OCSF_CLASSES.api_activity, activity, action ?? 'unknown'),
    actor: actorOf(event),
    api,
    src_endpoint: sourceOf(event),
    trace: trace === undefined ? undefined : { uid: trace },
  })
  return withProfiles(members, event)
}

function baseEvent(name: string): Members {
  return classMembers(OCSF_CLASSES.base_event, 'Other', name)
}

/** By its name, from {@link APP_EVENTS}; what its class requires and it does not say makes it a base event. */
function appEvent(event: EventMembers): Body {
  const name = event.text('name') ?? 'unknown'
  const row = APP_EVENTS[name]
  const more = row === undefined ? null : rowMembers(row, name, event)
  if (row === undefined || more === null) return [baseEvent(name), []]
  return [{ ...classMembers(OCSF_CLASSES[row.class], row.activity, name), ...more }, []]
}

function rowMembers(row: AppEventRow, name: string, event: EventMembers): Members | null {
  const data = event.object('data') ?? {}
  const user = userOf(event.text('subject'), textIn(data, 'kind'))
  const role = textIn(data, 'role')
  const by = textIn(data, 'by')
  const actor = by === undefined ? {} : { actor: { user: { uid: by } } }
  if (row.class === 'authentication') {
    const isSwitch = name.startsWith('impersonation.')
    const switched = { account_switch_type_id: 2, account_switch_type: 'Impersonate' }
    return { user, service: { name: 'Trefoil' }, ...actor, ...(isSwitch ? switched : {}) }
  }
  if (row.class === 'user_management') {
    return { user, ...actor, ...(role === undefined ? {} : { iam_roles: [{ name: role }] }) }
  }
  if (row.class === 'role_management') {
    const privileges = textsIn(data['privileges'])
    const members = privileges.length === 0 ? {} : { privileges }
    return role === undefined ? null : { iam_role: { name: role }, ...actor, ...members }
  }
  const [privileges, groups, roles] = ['privileges', 'groups', 'roles'].map((one) =>
    textsIn(data[one]),
  )
  const named = (names: readonly string[] = []) => names.map((one) => ({ name: one }))
  const given = {
    ...(privileges?.length ? { privileges } : {}),
    ...(groups?.length ? { groups: named(groups) } : {}),
    ...(roles?.length ? { iam_roles: named(roles) } : {}),
  }
  return Object.keys(given).length === 0 ? null : { user, ...actor, ...given }
}

function textIn(data: Members, name: string): string | undefined {
  const value = data[name]
  return typeof value === 'string' && value !== '' ? value.toWellFormed() : undefined
}
