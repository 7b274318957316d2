import type { ActorIdentity } from '../contract/auth/actor.ts'
import type { LoginSession } from '../contract/auth/login-session.ts'
import type { PrincipalKind } from '../contract/auth/principal-kind.ts'
import type { OptionKind } from '../contract/options/option-kind.ts'

/** How a token tells what its caller is. Both are options of `jwtAuth` and `introspectionAuth`. */
export interface PrincipalRules {
  /** Clients in whose name a person sits; `null`: nothing is known of clients. */
  readonly firstParty: ReadonlySet<string> | null
  /** What a caller has whom somebody acts for: only what both have, or what the subject has. */
  readonly delegation: Delegation
}

/** `intersect`: what all of them have; `subject`: what the subject has. */
export type Delegation = 'intersect' | 'subject'

/** Nobody is known to be a person, and nobody's actor adds a right. */
export const USUAL_PRINCIPALS: PrincipalRules = { firstParty: null, delegation: 'intersect' }

/** Client ids. One letter each out of a text would be first parties by accident. */
export const clientIds: OptionKind<ReadonlySet<string> | null> = {
  words: 'list',
  read(value) {
    const ids: readonly unknown[] = Array.isArray(value) ? [...value] : []
    const isList = ids.length > 0 && ids.every((id) => typeof id === 'string' && id.trim() !== '')
    return isList
      ? { value: new Set(ids as readonly string[]) }
      : { mistake: "must be a list of client ids such as ['web-app']" }
  },
}

/** What a token tells of its client, its session and its caller's kind. */
export interface TokenFacts {
  /** Every id of the client that the token names. */
  readonly clients: readonly string[]
  readonly session: LoginSession | undefined
  /** What a claim says; a person cannot be claimed. `null`: nothing that speaks against one. */
  readonly kind: 'agent' | 'service' | 'unknown' | null
  /** The chain of RFC 8693. */
  readonly actors: readonly ActorIdentity[]
}

/** What a token makes of its caller. */
export interface Principal {
  readonly kind: PrincipalKind
  readonly actor: readonly ActorIdentity[]
  readonly session: LoginSession | undefined
}

/**
 * A person is whoever sits in a first-party client, in a login session, with nobody acting for them.
 * Any other client acts for whoever the token is about, whatever its `sub` says: it is their actor.
 * Where nothing is known of clients none is derived, because Keycloak, Auth0 and Entra put one into every
 * token, which makes nobody a service.
 */
export function principalOf(facts: TokenFacts, { firstParty }: PrincipalRules): Principal {
  const { clients, session, kind: claimed, actors } = facts
  const kind = claimed ?? 'unknown'
  if (firstParty === null) return { kind, actor: actors, session }
  const foreign = clients.find((client) => !firstParty.has(client))
  if (foreign !== undefined) {
    const isNamed = actors[0]?.subject === foreign
    return { kind, actor: isNamed ? actors : [{ subject: foreign }, ...actors], session }
  }
  const isPerson =
    claimed === null && clients.length > 0 && session !== undefined && actors.length === 0
  return { kind: isPerson ? 'person' : kind, actor: actors, session }
}

/** Kinds that tokens under these rules can be of. @param claimed true where a claim may say so */
export function kindsOfTokens(
  { firstParty }: PrincipalRules,
  claimed: boolean,
): readonly PrincipalKind[] {
  return Object.freeze([
    'unknown',
    ...(firstParty === null ? [] : (['person'] as const)),
    ...(claimed ? (['agent', 'service'] as const) : []),
  ] satisfies PrincipalKind[])
}
