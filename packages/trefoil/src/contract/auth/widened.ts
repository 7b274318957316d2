import { AuthContext } from './auth-context.ts'
import type { LoginSession } from './login-session.ts'
import type { PrincipalKind } from './principal-kind.ts'

/** A person decides and is asked least; agents and services are asked most. */
const TRUST: Readonly<Record<PrincipalKind, number>> = {
  person: 2,
  unknown: 1,
  service: 0,
  agent: 0,
}

/** What apps ask of a caller's rights; a subclass could answer otherwise than the sets that guards look into. */
const ANSWERS = [
  'hasRole',
  'hasAnyRole',
  'hasAllRoles',
  'hasScope',
  'hasAnyScope',
  'hasAllScopes',
] as const

/**
 * What a second context lets its caller do that the first did not: the name of the first member that
 * widens. Roles and scopes may go, actors may come, an end may come nearer, a login may be longer ago,
 * and a person may become an agent; nothing of it the other way. `claims`, `metadata` and `payload` are the app's own.
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
  if (!audiencesOf(after).every((name) => audiencesOf(before).includes(name))) return 'audience'
  if (isLater(after.issuedAt, before.issuedAt)) return 'issuedAt'
  if ((after.expiresAt ?? Infinity) > (before.expiresAt ?? Infinity)) return 'expiresAt'
  if (after.session !== undefined && isStronger(after.session, before.session)) return 'session'
  return ANSWERS.find((name) => after[name] !== AuthContext.prototype[name]) ?? null
}

function audiencesOf({ audience }: AuthContext): readonly string[] {
  return audience === undefined ? [] : [audience].flat()
}

/** What was never said is longest ago. */
function isLater(after: number | undefined, before: number | undefined): boolean {
  return (after ?? -Infinity) > (before ?? -Infinity)
}

/** Whoever asks for a login of just now, or for a second factor, must not get it from a hook. */
function isStronger(after: LoginSession, before: LoginSession | undefined): boolean {
  if (before === undefined || after.id !== before.id) return true
  if (isLater(after.createdAt, before.createdAt) || isLater(after.authTime, before.authTime)) {
    return true
  }
  return !(after.methods ?? []).every((method) => before.methods?.includes(method))
}

function isSubset(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  for (const one of some) if (!all.has(one)) return false
  return true
}

/** Who acted before stays in the chain; somebody may be put before them. */
function endsWith(after: AuthContext['actor'], before: AuthContext['actor']): boolean {
  const more = after.length - before.length
  return before.every(({ subject, kind = 'unknown' }, index) => {
    const same = after[more + index]
    return same?.subject === subject && TRUST[same.kind ?? 'unknown'] <= TRUST[kind]
  })
}
