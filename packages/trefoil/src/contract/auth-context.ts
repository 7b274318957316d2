import { deepFreeze } from '../base/freeze.ts'

/** What an authenticator knows about a caller. Only `subject` is needed. */
export interface Identity<Payload = unknown> {
  /** Stable id of the user, service or agent; not empty. */
  readonly subject: string
  readonly roles?: Iterable<string>
  readonly scopes?: Iterable<string>
  /** Verified claims, as the credential carried them. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly issuer?: string | undefined
  readonly audience?: string | readonly string[] | undefined
  /** Seconds since the Unix epoch. */
  readonly issuedAt?: number | undefined
  /** Seconds since the Unix epoch. */
  readonly expiresAt?: number | undefined
  /** Who acts on the subject's behalf (RFC 8693 §4.1). */
  readonly actor?: Readonly<Record<string, unknown>> | undefined
  /** Small values the application wants to carry. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** The loaded user, or whatever else; the framework never looks inside. */
  readonly payload?: Payload
}

const EMPTY: Readonly<Record<string, never>> = Object.freeze({})

/**
 * Who is calling. Only an instance of this class grants access: a plain object, however it
 * got into an authenticator's return value, does not (AUTH-4).
 *
 * @throws TypeError when `subject` is not non-empty text
 */
export class AuthContext<Payload = unknown> {
  readonly #brand = true
  readonly subject: string
  readonly roles: ReadonlySet<string>
  readonly scopes: ReadonlySet<string>
  readonly claims: Readonly<Record<string, unknown>>
  readonly issuer: string | undefined
  readonly audience: string | readonly string[] | undefined
  readonly issuedAt: number | undefined
  readonly expiresAt: number | undefined
  readonly actor: Readonly<Record<string, unknown>> | undefined
  readonly metadata: Readonly<Record<string, unknown>>
  readonly payload: Payload

  constructor(identity: Identity<Payload>) {
    if (typeof identity.subject !== 'string' || identity.subject === '') {
      throw new TypeError('AuthContext subject must be non-empty text')
    }
    this.subject = identity.subject
    this.roles = frozenSet(identity.roles)
    this.scopes = frozenSet(identity.scopes)
    // A cached context serves many calls: a handler that could change it would change the
    // rights of the next caller (PW-17).
    this.claims = deepFreeze(identity.claims ?? EMPTY)
    this.issuer = identity.issuer
    this.audience = deepFreeze(identity.audience)
    this.issuedAt = identity.issuedAt
    this.expiresAt = identity.expiresAt
    this.actor = deepFreeze(identity.actor)
    this.metadata = deepFreeze(identity.metadata ?? EMPTY)
    this.payload = identity.payload as Payload
    Object.freeze(this)
  }

  /** True for an instance; false for anything that only looks like one. */
  static is(value: unknown): value is AuthContext {
    return typeof value === 'object' && value !== null && #brand in value && value.#brand
  }

  hasRole(role: string): boolean {
    return this.roles.has(role)
  }

  hasAnyRole(...roles: readonly string[]): boolean {
    return roles.some((role) => this.roles.has(role))
  }

  hasAllRoles(...roles: readonly string[]): boolean {
    return roles.every((role) => this.roles.has(role))
  }

  hasScope(scope: string): boolean {
    return this.scopes.has(scope)
  }

  hasAnyScope(...scopes: readonly string[]): boolean {
    return scopes.some((scope) => this.scopes.has(scope))
  }

  hasAllScopes(...scopes: readonly string[]): boolean {
    return scopes.every((scope) => this.scopes.has(scope))
  }
}

/** A set without its mutators at run time as well as in its type. */
class FrozenSet extends Set<string> {
  override add(value: string): this {
    // The constructor of Set fills itself through `add`.
    if (Object.isFrozen(this)) throw new TypeError('roles and scopes of a caller are read-only')
    return super.add(value)
  }

  override delete(_value: string): never {
    throw new TypeError('roles and scopes of a caller are read-only')
  }

  override clear(): never {
    throw new TypeError('roles and scopes of a caller are read-only')
  }
}

function frozenSet(values: Iterable<string> | undefined): ReadonlySet<string> {
  // Text is iterable: "admin" would become the roles a, d, m, i, n (PW-13).
  if (typeof values === 'string') throw new TypeError('roles and scopes must be lists, not text')
  const set = new FrozenSet(values ?? [])
  for (const value of set) {
    if (typeof value !== 'string') throw new TypeError('roles and scopes must contain only text')
  }
  return Object.freeze(set)
}
