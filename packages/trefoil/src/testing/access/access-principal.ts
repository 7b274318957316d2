import { AuthContext, type Identity } from '../../contract/auth/auth-context.ts'
import type { AuthAnswer } from '../../contract/auth/authenticator.ts'
import { refusal } from '../../contract/auth/refusal.ts'
import type { Action } from '../../contract/call/action.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { isHeaderValue } from '../../web/raw-headers.ts'

/** Somebody the matrix is to have beside the usual kinds of callers. Exactly one of `as` and `token`. */
export interface AccessPrincipal {
  /** Shown in the matrix; not empty, and none of the usual names. */
  readonly name: string
  /** Who they are, behind every authenticator. */
  readonly as?: AuthContext | Identity
  /** A bearer token for the app's own authenticators. It is not written anywhere. */
  readonly token?: string
}

/** What an authenticator will say of somebody. */
export interface Principal {
  readonly name: string
  /** True for the usual kinds, which every matrix has. */
  readonly isUsual: boolean
  /** What stands in for the authenticators; `null` where they judge the token themselves. */
  readonly stand: { readonly answer: AuthAnswer } | null
  readonly token: string | null
}

const OPTIONS: OptionNames<AccessPrincipal> = { name: true, as: true, token: true }

/**
 * The usual kinds of callers, and those that are given. The usual ones have every scope that a guard
 * names, and no role: what a role opens is seen with somebody who has it.
 *
 * @throws ImproperlyConfigured for what is nobody
 */
export function principalsOf(actions: readonly Action[], given: unknown): readonly Principal[] {
  const scopes = [...new Set(actions.flatMap(scopesOf))].sort()
  const usual = usualPrincipals(scopes)
  const names = new Set(usual.map(({ name }) => name))
  const added = readList(given).map((entry) => {
    const principal = readPrincipal(entry)
    if (names.has(principal.name)) {
      throw new ImproperlyConfigured(
        `accessMatrix(): there are two principals '${principal.name}'; give one of them another name`,
      )
    }
    names.add(principal.name)
    return principal
  })
  return [...usual, ...added]
}

function scopesOf({ guards, appGuards }: Action): readonly string[] {
  return [...appGuards, ...guards].flatMap((guard) => guard.scopes ?? [])
}

function usualPrincipals(scopes: readonly string[]): readonly Principal[] {
  const usual = (name: string, answer: AuthAnswer): Principal => ({
    name,
    isUsual: true,
    stand: { answer },
    token: null,
  })
  const as = (name: string, more: Partial<Identity>) =>
    usual(name, new AuthContext({ subject: name.replaceAll(' ', '-'), scopes, ...more }))
  return [
    usual('anonymous', null),
    as('person', { kind: 'person' }),
    as('person without scopes', { kind: 'person', scopes: [] }),
    as('agent', { kind: 'agent' }),
    as('service', { kind: 'service' }),
    as('unknown', { kind: 'unknown' }),
    as('delegated', { kind: 'person', actor: [{ subject: 'agent' }] }),
    as('wrong tenant', { kind: 'person', tenant: 'some-other-tenant' }),
    usual('expired', refusal('expired')),
    usual('wrong audience', refusal('wrong_audience')),
  ]
}

function readList(given: unknown): readonly unknown[] {
  if (given === undefined) return []
  if (!Array.isArray(given)) {
    throw new ImproperlyConfigured('accessMatrix(): principals must be a list')
  }
  return [...given]
}

function readPrincipal(entry: unknown): Principal {
  const where = 'accessMatrix(): a principal'
  if (typeof entry !== 'object' || entry === null) {
    throw new ImproperlyConfigured(
      `${where} must be an object, such as { name: 'admin', as: { subject: 'ada', roles: ['admin'] } }`,
    )
  }
  checkOptionNames(where, entry, OPTIONS)
  const { name, as, token }: { name?: unknown; as?: unknown; token?: unknown } = entry
  if (typeof name !== 'string' || name.trim() === '') {
    throw new ImproperlyConfigured(`${where} needs a name`)
  }
  if ((as === undefined) === (token === undefined)) {
    throw new ImproperlyConfigured(`${where} '${name}' needs either as or token`)
  }
  if (token !== undefined) {
    if (typeof token !== 'string' || token === '' || !isHeaderValue(token)) {
      throw new ImproperlyConfigured(`${where} '${name}': token must be text of a header`)
    }
    return { name, isUsual: false, stand: null, token }
  }
  if (typeof as !== 'object' || as === null) {
    throw new ImproperlyConfigured(
      `${where} '${name}': as takes an AuthContext or what one is made of`,
    )
  }
  return {
    name,
    isUsual: false,
    stand: { answer: contextOf(as, `${where} '${name}'`) },
    token: null,
  }
}

/** It checks its members itself; a file that somebody edited has to say which principal is wrong. */
function contextOf(as: object, where: string): AuthContext {
  if (AuthContext.is(as)) return as
  try {
    return new AuthContext(as as Identity)
  } catch (error) {
    if (error instanceof ImproperlyConfigured || !(error instanceof TypeError)) throw error
    throw new ImproperlyConfigured(`${where}: ${error.message}`)
  }
}
