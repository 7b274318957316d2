import { deepFreeze, freezeTelling } from '../../base/plain/freeze.ts'
import { freezeClass } from '../../base/plain/freeze-class.ts'
import { snapshot } from '../../base/plain/snapshot.ts'
import { checkOptionNames, type OptionNames } from '../options/option-names.ts'
import { type Actor, type ActorIdentity, readActors } from './actor.ts'
import { type LoginSession, readLoginSession } from './login-session.ts'
import { isPrincipalKind, type PrincipalKind } from './principal-kind.ts'
import { narrowedRights } from './rights.ts'

/** What an authenticator knows about a caller. Only `subject` is needed. */
export interface Identity<Payload = unknown> {
  /** Stable id of the user, service or agent; not empty. */
  readonly subject: string
  /** Default `unknown`. */
  readonly kind?: PrincipalKind
  /** The customer whose data the caller may see, where there are several. Default `null`. */
  readonly tenant?: string | null | undefined
  /** Of the subject; where an actor's are stated, only what both have counts. */
  readonly roles?: Iterable<string>
  /** As {@link Identity.roles}. */
  readonly scopes?: Iterable<string>
  /** Verified claims, as the credential carried them. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly issuer?: string | undefined
  readonly audience?: string | readonly string[] | undefined
  /** Seconds since the Unix epoch. */
  readonly issuedAt?: number | undefined
  /** Seconds since the Unix epoch. */
  readonly expiresAt?: number | undefined
  /**
   * Who acts on the subject's behalf (RFC 8693 §4.1): the one who acts now first, then whoever acted
   * before. At most 8. Default: nobody.
   */
  readonly actor?: readonly ActorIdentity[] | undefined
  /** The login session that the credential belongs to. Default: none. */
  readonly session?: LoginSession | undefined
  /** Small values the application wants to carry. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** The loaded user, or whatever else; the framework never looks inside. */
  readonly payload?: Payload
}

const IDENTITY: OptionNames<Identity> = {
  subject: true,
  kind: true,
  tenant: true,
  roles: true,
  scopes: true,
  claims: true,
  issuer: true,
  audience: true,
  issuedAt: true,
  expiresAt: true,
  actor: true,
  session: true,
  metadata: true,
  payload: true,
}

const EMPTY: Readonly<Record<string, never>> = Object.freeze({})

// The guards of the same names take several and mean any of them (FND-53).
const ONE_ROLE =
  'auth.hasRole() takes one role; write auth.hasAnyRole(…) or auth.hasAllRoles(…) for several'
const ONE_SCOPE =
  'auth.hasScope() takes one scope; write auth.hasAnyScope(…) or auth.hasAllScopes(…) for several'

/**
 * Who is calling. Only an instance of this class grants access: a plain object, however it
 * got into an authenticator's return value, does not (AUTH-4).
 *
 * @throws TypeError when `subject` is not non-empty text, for a `kind` that is none, for a `tenant`
 * that is empty or no text, for times that are no numbers, for an `actor` that is no list of actors, and
 * for a `session` that is none
 * @throws ImproperlyConfigured for an unknown member: a misspelt `expiresAt` would never expire
 */
export class AuthContext<Payload = unknown> {
  readonly #brand = true
  readonly subject: string
  readonly kind: PrincipalKind
  readonly tenant: string | null
  readonly roles: ReadonlySet<string>
  readonly scopes: ReadonlySet<string>
  readonly claims: Readonly<Record<string, unknown>>
  readonly issuer: string | undefined
  readonly audience: string | readonly string[] | undefined
  readonly issuedAt: number | undefined
  readonly expiresAt: number | undefined
  /** Who acts on the subject's behalf: the one who acts now first; empty for nobody. */
  readonly actor: readonly Actor[]
  readonly session: LoginSession | undefined
  readonly metadata: Readonly<Record<string, unknown>>
  readonly payload: Payload

  constructor(identity: Identity<Payload>) {
    checkOptionNames('AuthContext', identity, IDENTITY)
    const { subject, kind = 'unknown', tenant = null } = identity
    if (typeof subject !== 'string' || subject === '') {
      throw new TypeError('AuthContext subject must be non-empty text')
    }
    if (!isPrincipalKind(kind)) {
      throw new TypeError("AuthContext kind must be 'person', 'agent', 'service' or 'unknown'")
    }
    if (tenant !== null && (typeof tenant !== 'string' || tenant === '')) {
      throw new TypeError('AuthContext tenant must be non-empty text or null')
    }
    this.subject = subject
    this.kind = kind
    this.tenant = tenant
    const actors = readActors(identity.actor)
    this.roles = narrowedRights(
      identity.roles,
      actors.map(({ roles }) => roles),
    )
    this.scopes = narrowedRights(
      identity.scopes,
      actors.map(({ scopes }) => scopes),
    )
    this.claims = identity.claims ?? EMPTY
    this.issuer = identity.issuer
    this.audience = deepFreeze(identity.audience)
    this.issuedAt = readTime('issuedAt', identity.issuedAt)
    this.expiresAt = readTime('expiresAt', identity.expiresAt)
    this.actor = actors
    this.session = readLoginSession(identity.session)
    this.metadata = identity.metadata ?? EMPTY
    this.payload = identity.payload as Payload
    for (const name of ['claims', 'actor', 'metadata'] as const) holdStill(this, name)
    Object.freeze(this)
  }

  /** True for an instance; false for anything that only looks like one. */
  static is(value: unknown): value is AuthContext {
    return typeof value === 'object' && value !== null && #brand in value && value.#brand
  }

  /** @throws TypeError for more than one role: `hasAnyRole` and `hasAllRoles` say which is meant */
  hasRole(role: string, ...none: readonly never[]): boolean {
    if (none.length > 0) throw new TypeError(ONE_ROLE)
    return this.roles.has(role)
  }

  hasAnyRole(...roles: readonly string[]): boolean {
    return roles.some((role) => this.roles.has(role))
  }

  hasAllRoles(...roles: readonly string[]): boolean {
    return roles.every((role) => this.roles.has(role))
  }

  /** @throws TypeError for more than one scope: `hasAnyScope` and `hasAllScopes` say which is meant */
  hasScope(scope: string, ...none: readonly never[]): boolean {
    if (none.length > 0) throw new TypeError(ONE_SCOPE)
    return this.scopes.has(scope)
  }

  hasAnyScope(...scopes: readonly string[]): boolean {
    return scopes.some((scope) => this.scopes.has(scope))
  }

  hasAllScopes(...scopes: readonly string[]): boolean {
    return scopes.every((scope) => this.scopes.has(scope))
  }
}

freezeClass(AuthContext)

/** Not `NaN`, nor a date: compared with the end of another context it would never be the later one. */
function readTime(name: 'issuedAt' | 'expiresAt', value: unknown): number | undefined {
  // JavaScript writes none as `null` too.
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new TypeError(`AuthContext ${name} must be a number, seconds since the Unix epoch`)
}

/**
 * A cached context serves many calls: a handler that could change it would change the rights of the
 * next caller (PW-17). What freezing does not hold still, a set of groups say, is given out as copies
 * of a copy that nobody else holds.
 */
function holdStill(context: AuthContext, name: 'claims' | 'actor' | 'metadata'): void {
  if (!freezeTelling(context[name])) return
  const kept = snapshot(context[name])
  const get = () => deepFreeze(snapshot(kept))
  Object.defineProperty(context, name, { get, enumerable: true, configurable: true })
}
