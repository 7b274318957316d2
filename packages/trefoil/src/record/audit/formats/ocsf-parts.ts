import { parseIp } from '../../../base/ip.ts'
import { type EventMembers, isRefused, present } from './event-members.ts'

/** Parts of an OCSF event that several classes have. */

type Members = Readonly<Record<string, unknown>>

/** `user` of who is calling, or whom something is about. */
export function userOf(subject: string | undefined, kind: string | undefined): Members {
  if (subject === undefined) return { name: 'anonymous', type_id: 0, type: 'Unknown' }
  if (kind === 'person') return { uid: subject, type_id: 1, type: 'User' }
  if (kind === 'service') return { uid: subject, type_id: 4, type: 'Service' }
  if (kind === 'agent') return { uid: subject, type_id: 99, type: 'Agent' }
  return { uid: subject, type_id: 0, type: 'Unknown' }
}

export function actorOf(event: EventMembers): Members {
  const session = event.text('session')
  return present({
    user: userOf(event.text('subject'), event.text('kind')),
    session: session === undefined ? undefined : { uid: session },
  })
}

/** Calls of this process, and of programs over standard input, have no address, and an endpoint is required. */
export function sourceOf(event: EventMembers): Members {
  const address = event.text('address')?.replace(/%.*$/, '')
  if (address !== undefined && parseIp(address) !== null) return { ip: address }
  return { name: event.text('entrypoint') ?? event.text('surface') ?? 'unknown' }
}

/**
 * Somebody acts for somebody else, or is an agent: `ai_agent` is who acts, `delegation` how that came about. Its
 * `uid` is the way from the subject to who acts now; 1.9.0 has no other members for what was delegated.
 */
export function agentOf(event: EventMembers): Members {
  const chain = [...event.texts('actor')].reverse()
  const subject = event.text('subject')
  const acting = chain.at(-1)
  if (acting === undefined) {
    const isAgent = event.text('kind') === 'agent' && subject !== undefined
    return isAgent ? { ai_agent: { uid: subject } } : {}
  }
  const path = [subject ?? 'anonymous', ...chain].map(encodeURIComponent)
  const delegation = present({
    uid: path.join('/'),
    parent_uid: chain.length > 1 ? path.slice(0, -1).join('/') : undefined,
    issuer_uid: chain.at(-2) ?? subject,
  })
  return { ai_agent: { uid: acting }, delegation }
}

/** Members of the profile `security_control`: what became of it where somebody decided. */
export function decisionOf(event: EventMembers): Members {
  if (!isRefused(event)) return {}
  const rule = event.text('rule')
  const isUnknown = event.whole('status') === 401
  const policy = rule === undefined ? {} : { policy: { name: rule } }
  return {
    action_id: 2,
    action: 'Denied',
    disposition_id: isUnknown ? 26 : 2,
    disposition: isUnknown ? 'Unauthorized' : 'Blocked',
    authorizations: [{ decision: 'deny', ...policy }],
  }
}
