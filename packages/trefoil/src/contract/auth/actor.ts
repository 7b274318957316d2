import { isRecord } from '../../base/plain/is-record.ts'
import { checkOptionNames, type OptionNames } from '../options/option-names.ts'
import { isPrincipalKind, type PrincipalKind } from './principal-kind.ts'
import { Rights } from './rights.ts'

/** Somebody who acts on a subject's behalf (RFC 8693 §4.1). */
export interface Actor {
  /** Stable id; not empty. */
  readonly subject: string
  /** Left out where nobody said. */
  readonly kind?: PrincipalKind
  /** What this one may do, where somebody said so: the caller has none beyond it. */
  readonly roles?: readonly string[]
  /** As {@link Actor.roles}. */
  readonly scopes?: readonly string[]
  /** What the credential says of this one, without those who acted before. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** What an authenticator says of an actor. */
export interface ActorIdentity {
  readonly subject: string
  readonly kind?: PrincipalKind | undefined
  /** What this one may do. Left out: nothing is known, and nothing is taken from the caller. */
  readonly roles?: Iterable<string> | undefined
  /** As {@link ActorIdentity.roles}. */
  readonly scopes?: Iterable<string> | undefined
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

/** More than this many one after another are no delegation that anybody set up on purpose. */
export const MAX_ACTORS = 8

const ACTOR: OptionNames<ActorIdentity> = {
  subject: true,
  kind: true,
  roles: true,
  scopes: true,
  claims: true,
}
const NO_CLAIMS: Readonly<Record<string, unknown>> = Object.freeze({})
const NOBODY: readonly Actor[] = Object.freeze([])

/**
 * Copies by members, each read once: an instance of a class would stay open, and records say who it
 * was.
 *
 * @throws TypeError for anything but a short list of actors
 * @throws ImproperlyConfigured for a member of one that nobody reads
 */
export function readActors(value: unknown): readonly Actor[] {
  // JavaScript writes nobody as `null` too.
  if (value === undefined || value === null) return NOBODY
  if (!Array.isArray(value)) {
    throw new TypeError("AuthContext actor must be a list such as [{ subject: 'agent-7' }]")
  }
  if (value.length > MAX_ACTORS) {
    throw new TypeError(`AuthContext actor must be at most ${MAX_ACTORS} one after another`)
  }
  return value.length === 0 ? NOBODY : [...value].map(readActor)
}

function readActor(value: unknown): Actor {
  if (!isRecord(value)) throw new TypeError('AuthContext actor must list objects')
  checkOptionNames('AuthContext actor', value, ACTOR)
  const { subject, kind, roles, scopes, claims = NO_CLAIMS } = value
  if (typeof subject !== 'string' || subject === '') {
    throw new TypeError('AuthContext actor: subject must be non-empty text')
  }
  if (kind !== undefined && !isPrincipalKind(kind)) {
    throw new TypeError("AuthContext actor: kind must be 'person', 'agent', 'service' or 'unknown'")
  }
  if (!isRecord(claims)) throw new TypeError('AuthContext actor: claims must be an object')
  return {
    subject,
    ...(kind === undefined ? {} : { kind }),
    ...(roles === undefined ? {} : { roles: [...new Rights(roles as Iterable<string>)] }),
    ...(scopes === undefined ? {} : { scopes: [...new Rights(scopes as Iterable<string>)] }),
    claims: { ...claims },
  }
}
