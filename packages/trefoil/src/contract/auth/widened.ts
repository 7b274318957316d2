import type { AuthContext } from './auth-context.ts'
import type { PrincipalKind } from './principal-kind.ts'

/** A person decides and is asked least; agents and services are asked most. */
const TRUST: Readonly<Record<PrincipalKind, number>> = {
  person: 2,
  unknown: 1,
  service: 0,
  agent: 0,
}

/**
 * What a second context lets its caller do that the first did not: the name of the first member that
 * widens. Roles and scopes may go, actors may come, an end may come nearer, and a person may become
 * an agent; nothing of it the other way. `claims`, `metadata` and `payload` are the app's own.
 *
 * @returns `null` when it only narrows
 */
export function widened(before: AuthContext, after: AuthContext): string | null {
  if (after === before) return null
  if (after.subject !== before.subject) return 'subject'
  if (after.issuer !== before.issuer) return 'issuer'
  if (after.tenant !== before.tenant) return 'tenant'
  if (TRUST[after.kind] > TRUST[before.kind]) return 'kind'
  if (!isSubset(after.roles, before.roles)) return 'roles'
  if (!isSubset(after.scopes, before.scopes)) return 'scopes'
  if (!endsWith(after.actor, before.actor)) return 'actor'
  if ((after.expiresAt ?? Infinity) > (before.expiresAt ?? Infinity)) return 'expiresAt'
  if (after.session !== undefined && after.session.id !== before.session?.id) return 'session'
  return null
}

function isSubset(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  for (const one of some) if (!all.has(one)) return false
  return true
}

/** Who acted before stays in the chain; somebody may be put before them. */
function endsWith(after: AuthContext['actor'], before: AuthContext['actor']): boolean {
  const more = after.length - before.length
  return more >= 0 && before.every(({ subject }, index) => after[more + index]?.subject === subject)
}
