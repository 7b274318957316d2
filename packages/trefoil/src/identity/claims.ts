import { isRecord } from '../base/plain/is-record.ts'
import { type ActorIdentity, MAX_ACTORS } from '../contract/auth/actor.ts'
import type { Identity } from '../contract/auth/auth-context.ts'
import type { LoginSession } from '../contract/auth/login-session.ts'
import type { RefusalCode } from '../contract/auth/refusal-code.ts'
import { AuthenticationError } from '../contract/problems/problem.ts'
import { type ClaimMapping, claimAt, USUAL_CLAIMS } from './jwt/claim-mapping.ts'
import {
  type Delegation,
  type PrincipalRules,
  principalOf,
  type TokenFacts,
  USUAL_PRINCIPALS,
} from './principal-rules.ts'

type Claims = Readonly<Record<string, unknown>>

/**
 * Turns verified claims into an identity (P-JWT-6, P-JWT-7, X-06). A claim of the wrong type
 * refuses the token: guessing what was meant is how a role is granted by mistake (PW-13).
 *
 * @throws AuthenticationError when a claim has the wrong type
 */
export function identityFromClaims(
  claims: Claims,
  mapping: ClaimMapping = USUAL_CLAIMS,
  rules: PrincipalRules = USUAL_PRINCIPALS,
): Identity {
  for (const name of ['exp', 'iat', 'nbf']) requireFinite(claims, name)
  if (mapping.otherTypes.size > 0 && mapping.otherTypes.has(claims['typ'])) {
    throw new AuthenticationError('Token is of another type', { refusal: 'wrong_type' })
  }
  const facts: TokenFacts = {
    clients: clientsOf(claims),
    session: sessionOf(claims),
    kind: kindOf(claims, mapping.kind),
    actors: actorsOf(claims['act'], rules.delegation),
  }
  return {
    ...principalOf(facts, rules),
    subject: subjectOf(claims, mapping.subject),
    tenant: tenantOf(claims, mapping.tenant),
    roles: listOf(claims, mapping.roles, false),
    scopes: listOf(claims, mapping.scopes, true),
    claims,
    issuer: typeof claims['iss'] === 'string' ? claims['iss'] : undefined,
    audience: audienceOf(claims['aud']),
    issuedAt: claims['iat'] as number | undefined,
    expiresAt: claims['exp'] as number | undefined,
  }
}

type Path = ClaimMapping['subject'][number]

/** The first that is there: two ids of one caller must not be taken for two callers. */
function subjectOf(claims: Claims, paths: readonly Path[]): string {
  const [path, subject] = firstOf(claims, paths)
  if (subject === undefined) throw invalid(paths[0]?.join('.') ?? 'sub', 'missing_claim')
  if (typeof subject !== 'string' || subject === '') throw invalid(path.join('.'))
  return subject
}

function tenantOf(claims: Claims, paths: readonly Path[]): string | null {
  const [path, tenant] = firstOf(claims, paths)
  if (tenant === undefined) return null
  if (typeof tenant !== 'string' || tenant.trim() === '') throw invalid(path.join('.'))
  return tenant
}

function firstOf(claims: Claims, paths: readonly Path[]): readonly [path: Path, value: unknown] {
  for (const path of paths) {
    const value = claimAt(claims, path, invalid)
    if (value !== undefined) return [path, value]
  }
  return [[], undefined]
}

/** @param spaced text may be several values, but for a claim that is called a list of them */
function listOf(claims: Claims, paths: readonly Path[], spaced: boolean): readonly string[] {
  let all: readonly string[] = NONE
  for (const path of paths) {
    const some = list(claims, path, spaced && path.at(-1) !== 'scopes')
    if (some.length > 0) all = all.length === 0 ? some : [...all, ...some]
  }
  return all
}

const NONE: readonly string[] = Object.freeze([])

/** Text is one value, or several separated by spaces where the claim is defined so. */
function list(claims: Claims, path: Path, spaced: boolean): readonly string[] {
  const value = claimAt(claims, path, invalid)
  if (value === undefined) return NONE
  if (typeof value === 'string') {
    return spaced ? value.split(' ').filter((part) => part !== '') : [value]
  }
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw invalid(path.join('.'))
  }
  return value
}

/** JSON has no infinity, but `1e400` parses to one and would never expire (PW-14). */
function requireFinite(claims: Claims, name: string): void {
  const value = claims[name]
  if (value !== undefined && !Number.isFinite(value)) throw invalid(name)
}

function audienceOf(value: unknown): string | readonly string[] | undefined {
  if (typeof value === 'string') return value
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined
}

/**
 * The chain of RFC 8693 §4.1, where each actor holds the one before it. Bounded: whoever reads a
 * record of the call reads all of it.
 */
function actorsOf(value: unknown, delegation: Delegation): readonly ActorIdentity[] {
  if (value === undefined) return NOBODY
  const actors: ActorIdentity[] = []
  let act: unknown = value
  while (act !== undefined) {
    if (!isRecord(act)) throw invalid('act')
    if (actors.length === MAX_ACTORS) {
      throw new AuthenticationError(`More than ${MAX_ACTORS} actors in the 'act' claim`, MALFORMED)
    }
    const { act: before, ...claims } = act
    const subject = actorIn(claims)
    const stated = delegation === 'subject' ? {} : statedRights(claims)
    actors.push({ subject, ...stated, claims })
    act = before
  }
  return actors
}

const NOBODY: readonly ActorIdentity[] = Object.freeze([])

/** What is said of an actor's rights, an empty list too; of one nothing is said of, nothing. */
function statedRights(act: Claims): Pick<ActorIdentity, 'roles' | 'scopes'> {
  const { roles, scopes } = USUAL_CLAIMS
  const says = (paths: readonly Path[]) => paths.some((path) => Object.hasOwn(act, path[0] ?? ''))
  return {
    ...(says(roles) ? { roles: listOf(act, roles, false) } : {}),
    ...(says(scopes) ? { scopes: listOf(act, scopes, true) } : {}),
  }
}

/** Providers name the client in one of these, some in two. */
const CLIENT_CLAIMS = ['client_id', 'azp', 'appid'] as const

function clientsOf(claims: Claims): readonly string[] {
  let clients: readonly string[] = NONE
  for (const name of CLIENT_CLAIMS) {
    const client = claims[name]
    if (client === undefined) continue
    if (typeof client !== 'string' || client === '') throw invalid(name)
    if (!clients.includes(client)) clients = [...clients, client]
  }
  return clients
}

/** The provider's login session, of OpenID Connect: `sid`, and when its person was last asked. */
function sessionOf(claims: Claims): LoginSession | undefined {
  const { sid, auth_time: authTime, iat, amr } = claims
  if (sid === undefined) return undefined
  if (typeof sid !== 'string' || sid === '') throw invalid('sid')
  if (authTime !== undefined && !Number.isFinite(authTime)) throw invalid('auth_time')
  const isList = Array.isArray(amr) && amr.every((item) => typeof item === 'string' && item !== '')
  if (amr !== undefined && !isList) throw invalid('amr')
  const createdAt = (authTime ?? iat) as number | undefined
  // Without a beginning it is none that anybody could judge.
  if (createdAt === undefined) return undefined
  return {
    id: sid,
    createdAt,
    ...(authTime === undefined ? {} : { authTime: authTime as number }),
    ...(isList ? { methods: amr as readonly string[] } : {}),
  }
}

/** A token must not make a person of its caller: what is written there was chosen by whoever issued it. */
function kindOf(claims: Claims, paths: readonly Path[]): TokenFacts['kind'] {
  if (paths.length === 0) return null
  const [path, value] = firstOf(claims, paths)
  if (value === undefined || value === 'person') return null
  if (typeof value !== 'string') throw invalid(path.join('.'))
  // `AGENT`, or `bot`: whoever it is, somebody says that it is not a person.
  return value === 'agent' || value === 'service' ? value : 'unknown'
}

function actorIn(claims: Claims): string {
  const subject = claims['sub'] === undefined ? claims['client_id'] : claims['sub']
  if (subject === undefined) throw invalid('act', 'missing_claim')
  if (typeof subject !== 'string' || subject === '') throw invalid('act')
  return subject
}

const MALFORMED: { readonly refusal: RefusalCode } = { refusal: 'malformed' }

function invalid(claim: string, refusal: RefusalCode = 'invalid_claim'): AuthenticationError {
  return new AuthenticationError(`Invalid '${claim}' claim`, { refusal })
}
