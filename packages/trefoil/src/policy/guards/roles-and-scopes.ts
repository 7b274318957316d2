import { goesByCaller } from '../../contract/auth/caller-test.ts'
import {
  ALLOWED,
  Denial,
  type Denied,
  type GuardDecision,
} from '../../contract/auth/guard-decision.ts'
import { goesBy } from '../../contract/auth/guard-rights.ts'
import { isScope, SCOPE_RULE } from '../../contract/auth/scope.ts'
import type { Guard } from '../../contract/call/call.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { readNames } from './read-names.ts'

// Rights are judged by the frozen sets of the context and not by its methods: a subclass of
// `AuthContext` may answer those as it likes, and whoever holds an instance could replace them there.

/** Passes for a caller with any of the roles. @throws ImproperlyConfigured without roles (PW-09) */
export function hasRole(...roles: readonly string[]): Guard {
  return rightsGuard('HasRole', 'roles', 'any', readNames('hasRole', roles))
}

/** Passes for a caller with all of the roles. @throws ImproperlyConfigured without roles (PW-09) */
export function hasAllRoles(...roles: readonly string[]): Guard {
  return rightsGuard('HasAllRoles', 'roles', 'all', readNames('hasAllRoles', roles))
}

/**
 * Passes for a caller with any of the scopes.
 *
 * @throws ImproperlyConfigured without scopes (PW-09), and for one that is none of OAuth (RFC 6749 §3.3)
 */
export function hasScope(...scopes: readonly string[]): Guard {
  return rightsGuard('HasScope', 'scopes', 'any', readScopes('hasScope', scopes))
}

/**
 * Passes for a caller with all of the scopes.
 *
 * @throws ImproperlyConfigured without scopes (PW-09), and for one that is none of OAuth (RFC 6749 §3.3)
 */
export function hasAllScopes(...scopes: readonly string[]): Guard {
  return rightsGuard('HasAllScopes', 'scopes', 'all', readScopes('hasAllScopes', scopes))
}

/** A caller who lacks them is told of them in a header. */
function readScopes(guardName: string, values: readonly unknown[]): readonly string[] {
  const scopes = readNames(guardName, values)
  if (scopes.every(isScope)) return scopes
  throw new ImproperlyConfigured(`${guardName}() takes scopes, each ${SCOPE_RULE}`)
}

type Rights = 'roles' | 'scopes'

/** @returns `null` where the rights are enough, else why they are not (P-GRD-1) */
type Rule = (kind: Rights, wanted: readonly string[], has: ReadonlySet<string>) => string | null

function rightsGuard(
  name: string,
  kind: Rights,
  rule: 'any' | 'all',
  wanted: readonly string[],
): Guard {
  const judge = RULES[rule]
  // Only missing scopes can be had by asking for a new token; a missing role cannot, so it must not
  // start an authorization round (RFC 6750 §3.1).
  const scopes = kind === 'scopes' ? wanted : undefined
  const guard: Guard = Object.freeze({
    name,
    needsInput: false,
    ...(scopes === undefined ? {} : { scopes }),
    decide(auth: { readonly [kind in Rights]: ReadonlySet<string> }): GuardDecision {
      const text = judge(kind, wanted, auth[kind])
      return text === null ? ALLOWED : denied(text, scopes)
    },
  })
  const known = goesBy(guard, { kind, rule, wanted })
  // A scope that is missing hides nothing: another token may have it.
  return goesByCaller(known, ({ roles }) => scopes !== undefined || meets(rule, wanted, roles))
}

/** The same without its text, which takes longer than the decision does. */
function meets(rule: 'any' | 'all', wanted: readonly string[], has: ReadonlySet<string>): boolean {
  return rule === 'all' ? !lacks(wanted, has) : wanted.some((value) => has.has(value))
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

const RULES: Readonly<Record<'any' | 'all', Rule>> = { any: hasAny, all: hasAll }

function lacks(wanted: readonly string[], has: ReadonlySet<string>): boolean {
  for (const value of wanted) if (!has.has(value)) return true
  return false
}

function listed(has: ReadonlySet<string>): string {
  return has.size === 0 ? '(none)' : [...has].sort().join(', ')
}
