import { isRecord } from '../../base/plain/is-record.ts'
import type { AuthRequest } from '../call/call.ts'
import { checkOptionNames, type OptionNames } from '../options/option-names.ts'
import { shownValue } from '../options/option-values.ts'
import { type ProductionRisk, readRisks } from '../options/production-risk.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'
import type { AuthContext } from './auth-context.ts'
import type { Authenticator } from './authenticator.ts'
import { isPrincipalKind, type PrincipalKind } from './principal-kind.ts'
import type { SecurityScheme } from './security-scheme.ts'

/** An authenticator whose members have been read, once, and are fixed. */
export interface FixedAuthenticator {
  readonly name: string
  /** `undefined` where it says nothing; what is in it has not been looked at. */
  readonly scheme: SecurityScheme | readonly SecurityScheme[] | undefined
  readonly ambient: boolean | undefined
  /** `null`: any. */
  readonly kinds: ReadonlySet<PrincipalKind> | null
  /** `null` where it says nothing. */
  readonly missing: string | null
  /** `null` where it says nothing. */
  readonly audiences: readonly string[] | null
  readonly risks: readonly ProductionRisk[]
  readonly authenticate: (request: AuthRequest) => unknown
  /** `null` where it takes whatever is sent; what it answers is not to be trusted. */
  readonly recognizes: ((request: AuthRequest) => unknown) | null
  /** `null` where its answer holds as long as the call, or until `expiresAt`; not to be trusted either. */
  readonly recheck: ((request: AuthRequest, auth: AuthContext) => unknown) | null
  readonly start: (() => unknown) | null
  readonly stop: (() => unknown) | null
}

const MEMBERS: OptionNames<Authenticator> = {
  name: true,
  scheme: true,
  ambient: true,
  kinds: true,
  missing: true,
  audiences: true,
  risks: true,
  authenticate: true,
  recognizes: true,
  recheck: true,
  start: true,
  stop: true,
}

/**
 * Takes an authenticator as it is now: a getter, or a method that is replaced later, would let
 * something else check credentials than what was looked at when the app started.
 *
 * @param where what holds it, for messages
 * @throws ImproperlyConfigured naming what is wrong and what to write (AUTH-3)
 */
export function readAuthenticator(where: string, value: unknown): FixedAuthenticator {
  if (typeof value === 'function') {
    checkParameters(where, value)
    const name = value.name === '' ? 'authenticate' : value.name
    const authenticate = value as FixedAuthenticator['authenticate']
    return {
      name,
      scheme: undefined,
      ambient: undefined,
      kinds: null,
      missing: null,
      audiences: null,
      risks: readRisks(where, undefined),
      authenticate,
      recognizes: null,
      recheck: null,
      start: null,
      stop: null,
    }
  }
  if (!isRecord(value)) {
    throw new ImproperlyConfigured(
      `${where} must be an authenticator such as jwtAuth({ … }), or a function, got ${shownValue(value)}`,
    )
  }
  // Of a class there may be more: what its methods keep.
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) checkOptionNames(where, value, MEMBERS)
  const { name, scheme, ambient, kinds, missing = null, risks, authenticate } = value
  const { audiences } = value
  const { recognizes, recheck, start, stop } = value
  if (typeof name !== 'string' || name === '') {
    throw new ImproperlyConfigured(`${where}: an authenticator needs a name, such as 'apiKey'`)
  }
  if (typeof authenticate !== 'function') {
    throw new ImproperlyConfigured(
      `${where}: authenticate of '${name}' must be a function, got ${shownValue(authenticate)}`,
    )
  }
  checkParameters(`${where}: authenticate of '${name}'`, authenticate)
  if (ambient !== undefined && typeof ambient !== 'boolean') {
    throw new ImproperlyConfigured(`${where}: ambient of '${name}' must be true or false`)
  }
  if (missing !== null && (typeof missing !== 'string' || missing === '')) {
    throw new ImproperlyConfigured(`${where}: missing of '${name}' must be non-empty text`)
  }
  return {
    name,
    missing,
    audiences: readAudiences(`${where}: audiences of '${name}'`, audiences),
    scheme: scheme as FixedAuthenticator['scheme'],
    ambient,
    kinds: readKinds(`${where}: kinds of '${name}'`, kinds),
    risks: readRisks(`${where}: risks of '${name}'`, risks),
    // For instances of classes; where it is asked for in a flood, binding costs nothing.
    authenticate: authenticate.bind(value),
    recognizes: readMethod(where, name, 'recognizes', recognizes, value),
    recheck: readMethod(where, name, 'recheck', recheck, value),
    start: readMethod(where, name, 'start', start, value),
    stop: readMethod(where, name, 'stop', stop, value),
  }
}

/** One that may be left out. */
function readMethod(
  where: string,
  name: string,
  member: string,
  method: unknown,
  owner: object,
): ((...given: unknown[]) => unknown) | null {
  if (method === undefined) return null
  if (typeof method === 'function') return method.bind(owner)
  throw new ImproperlyConfigured(
    `${where}: ${member} of '${name}' must be a function, got ${shownValue(method)}`,
  )
}

function readKinds(where: string, kinds: unknown): ReadonlySet<PrincipalKind> | null {
  if (kinds === undefined) return null
  const list: readonly unknown[] = Array.isArray(kinds) ? [...kinds] : []
  if (list.length > 0 && list.every(isPrincipalKind)) return new Set(list)
  throw new ImproperlyConfigured(
    `${where} must be a list out of 'person', 'agent', 'service' and 'unknown'`,
  )
}

function readAudiences(where: string, audiences: unknown): readonly string[] | null {
  if (audiences === undefined) return null
  const list: readonly unknown[] = Array.isArray(audiences) ? [...audiences] : []
  if (
    list.length > 0 &&
    list.every((audience) => typeof audience === 'string' && audience !== '')
  ) {
    return Object.freeze(list as readonly string[])
  }
  throw new ImproperlyConfigured(`${where} must be a list of non-empty texts`)
}

/** What is given out is the request alone: a second parameter would be waited for in vain. */
function checkParameters(where: string, { length }: { readonly length: number }): void {
  if (length === 1) return
  if (length === 0) {
    throw new ImproperlyConfigured(
      `${where} must take exactly one parameter, the request, and it takes none; ` +
        'write (request) => …, without a default and without `...`',
    )
  }
  throw new ImproperlyConfigured(
    `${where} must take exactly one parameter, the request, and it takes ${length}; ` +
      'write (request) => …, and open what else it needs with await request.resolve(dependency)',
  )
}
