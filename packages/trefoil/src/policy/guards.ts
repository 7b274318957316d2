import type { Awaitable } from '../base/promise.ts'
import type { AuthContext } from '../contract/auth/auth-context.ts'
import type { Call, Guard } from '../contract/call/call.ts'
import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import { checkFlag } from '../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'

// Rights are judged by the frozen sets of the context and not by its methods: a subclass of
// `AuthContext` may answer those as it likes, and whoever holds an instance could replace them there.

/** Passes for any authenticated caller. @throws ImproperlyConfigured for arguments, of which it has none */
export function requireAuth(): Guard {
  // Scopes or roles given here would be thought to be required.
  // biome-ignore lint/complexity/noArguments: it has no parameters by type, and JavaScript callers have no types
  if (arguments.length > 0) {
    throw new ImproperlyConfigured(
      "requireAuth() takes nothing: use hasRole('admin') or hasScope('orders:read')",
    )
  }
  return {
    name: 'RequireAuth',
    needsInput: false,
    check: () => true,
    denial: () => 'Authentication required — no client identity found on the request',
  }
}

/** Passes for a caller with any of the roles. @throws ImproperlyConfigured without roles (PW-09) */
export function hasRole(...roles: readonly string[]): Guard {
  const wanted = sorted('hasRole', roles)
  return {
    name: 'HasRole',
    needsInput: false,
    check: (auth) => wanted.some((value) => auth.roles.has(value)),
    denial: (auth) => anyDenial('roles', wanted, auth.roles),
  }
}

/** Passes for a caller with all of the roles. @throws ImproperlyConfigured without roles (PW-09) */
export function hasAllRoles(...roles: readonly string[]): Guard {
  const wanted = sorted('hasAllRoles', roles)
  return {
    name: 'HasAllRoles',
    needsInput: false,
    check: (auth) => wanted.every((value) => auth.roles.has(value)),
    denial: (auth) => allDenial('roles', wanted, auth.roles),
  }
}

/** Passes for a caller with any of the scopes. @throws ImproperlyConfigured without scopes (PW-09) */
export function hasScope(...scopes: readonly string[]): Guard {
  const wanted = sorted('hasScope', scopes)
  return {
    name: 'HasScope',
    needsInput: false,
    scopes: wanted,
    check: (auth) => wanted.some((value) => auth.scopes.has(value)),
    denial: (auth) => anyDenial('scopes', wanted, auth.scopes),
  }
}

/** Passes for a caller with all of the scopes. @throws ImproperlyConfigured without scopes (PW-09) */
export function hasAllScopes(...scopes: readonly string[]): Guard {
  const wanted = sorted('hasAllScopes', scopes)
  return {
    name: 'HasAllScopes',
    needsInput: false,
    scopes: wanted,
    check: (auth) => wanted.every((value) => auth.scopes.has(value)),
    denial: (auth) => allDenial('scopes', wanted, auth.scopes),
  }
}

/** What an own guard is made of. */
export interface GuardOptions {
  /** Shown as `details.guard`. */
  readonly name: string
  /** True to run after validation and read `call.args`. Default false. */
  readonly needsInput?: boolean
  /** Only `true` lets the call pass; a throw denies. */
  readonly check: (auth: AuthContext, call: Call) => Awaitable<boolean>
  /** Public text; default `Access denied by <name>` (P-GRD-2). */
  readonly denial?: (auth: AuthContext, call: Call) => string
}

const OPTIONS: OptionNames<GuardOptions> = {
  name: true,
  needsInput: true,
  check: true,
  denial: true,
}

/** Makes a guard from a function. @throws ImproperlyConfigured naming the option that is wrong */
export function guard(options: GuardOptions): Guard {
  checkOptionNames('guard()', options, OPTIONS)
  const { name, needsInput = false, check } = options
  checkFlag('guard(): needsInput', options.needsInput)
  return { name, needsInput, check, denial: options.denial ?? (() => `Access denied by ${name}`) }
}

function sorted(guardName: string, values: readonly string[]): readonly string[] {
  if (values.length === 0) {
    throw new ImproperlyConfigured(
      `${guardName}() needs at least one value: an empty list guards nothing`,
    )
  }
  if (!values.every((value) => typeof value === 'string' && value !== '')) {
    throw new ImproperlyConfigured(`${guardName}() takes non-empty text values, not a list`)
  }
  // Frozen, as it is handed out: emptied, `scopes` would guard nothing.
  return Object.freeze([...new Set(values)].sort())
}

/** Denial texts are fixed by P-GRD-1. */
function anyDenial(kind: string, wanted: readonly string[], has: ReadonlySet<string>): string {
  return `Requires any of ${kind} [${wanted.join(', ')}], but client has [${listed(has)}]`
}

function allDenial(kind: string, wanted: readonly string[], has: ReadonlySet<string>): string {
  const missing = wanted.filter((value) => !has.has(value))
  return `Requires all ${kind} [${wanted.join(', ')}], client has [${listed(has)}], missing [${missing.join(', ')}]`
}

function listed(has: ReadonlySet<string>): string {
  return has.size === 0 ? '(none)' : [...has].sort().join(', ')
}
