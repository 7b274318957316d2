import { goesByCaller } from '../../contract/auth/caller-test.ts'
import {
  ALLOWED,
  Denial,
  type Denied,
  type GuardDecision,
} from '../../contract/auth/guard-decision.ts'
import type { Guard } from '../../contract/call/call.ts'
import { readNames } from './read-names.ts'

// Rights are judged by the frozen sets of the context and not by its methods: a subclass of
// `AuthContext` may answer those as it likes, and whoever holds an instance could replace them there.

/** Passes for a caller with any of the roles. @throws ImproperlyConfigured without roles (PW-09) */
export function hasRole(...roles: readonly string[]): Guard {
  return rightsGuard('HasRole', 'roles', hasAny, readNames('hasRole', roles))
}

/** Passes for a caller with all of the roles. @throws ImproperlyConfigured without roles (PW-09) */
export function hasAllRoles(...roles: readonly string[]): Guard {
  return rightsGuard('HasAllRoles', 'roles', hasAll, readNames('hasAllRoles', roles))
}

/** Passes for a caller with any of the scopes. @throws ImproperlyConfigured without scopes (PW-09) */
export function hasScope(...scopes: readonly string[]): Guard {
  return rightsGuard('HasScope', 'scopes', hasAny, readNames('hasScope', scopes))
}

/** Passes for a caller with all of the scopes. @throws ImproperlyConfigured without scopes (PW-09) */
export function hasAllScopes(...scopes: readonly string[]): Guard {
  return rightsGuard('HasAllScopes', 'scopes', hasAll, readNames('hasAllScopes', scopes))
}

type Rights = 'roles' | 'scopes'

/** @returns `null` where the rights are enough, else why they are not (P-GRD-1) */
type Rule = (kind: Rights, wanted: readonly string[], has: ReadonlySet<string>) => string | null

function rightsGuard(name: string, kind: Rights, rule: Rule, wanted: readonly string[]): Guard {
  // Only missing scopes can be had by asking for a new token; a missing role cannot, so it must not
  // start an authorization round (RFC 6750 §3.1).
  const scopes = kind === 'scopes' ? wanted : undefined
  const guard = Object.freeze({
    name,
    needsInput: false,
    ...(scopes === undefined ? {} : { scopes }),
    decide(auth: { readonly [kind in Rights]: ReadonlySet<string> }): GuardDecision {
      const text = rule(kind, wanted, auth[kind])
      return text === null ? ALLOWED : denied(text, scopes)
    },
  })
  // A scope that is missing hides nothing: another token may have it.
  return goesByCaller(guard, ({ roles }) => scopes !== undefined || meets(rule, wanted, roles))
}

/** The same without its text, which takes longer than the decision does. */
function meets(rule: Rule, wanted: readonly string[], has: ReadonlySet<string>): boolean {
  return rule === hasAll ? !lacks(wanted, has) : wanted.some((value) => has.has(value))
}

function denied(text: string, scopes: readonly string[] | undefined): Denied {
  return new Denial(text, scopes, false)
}

function hasAny(kind: Rights, wanted: readonly string[], has: ReadonlySet<string>): string | null {
  for (const value of wanted) if (has.has(value)) return null
  return `Requires any of ${kind} [${wanted.join(', ')}], but client has [${listed(has)}]`
}

function hasAll(kind: Rights, wanted: readonly string[], has: ReadonlySet<string>): string | null {
  // No list of what is missing for the many who miss nothing.
  if (!lacks(wanted, has)) return null
  const missing = wanted.filter((value) => !has.has(value))
  return `Requires all ${kind} [${wanted.join(', ')}], client has [${listed(has)}], missing [${missing.join(', ')}]`
}

function lacks(wanted: readonly string[], has: ReadonlySet<string>): boolean {
  for (const value of wanted) if (!has.has(value)) return true
  return false
}

function listed(has: ReadonlySet<string>): string {
  return has.size === 0 ? '(none)' : [...has].sort().join(', ')
}
