import { type Clock, systemClock } from '../../base/clock.ts'
import type { Duration } from '../../base/duration.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import type { Awaitable } from '../../base/promise.ts'
import type { AuthRequest } from '../../contract/call/call.ts'
import { type Environment, processEnvironment } from '../../contract/options/environment.ts'
import { callable, choice, clock, count, kind } from '../../contract/options/kinds.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import type { OptionGroup, Values } from '../../contract/options/option-rows.ts'
import { readOptions } from '../../contract/options/read-options.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { isToken } from '../../web/raw-headers.ts'
import { readNames } from '../accepted-names.ts'
import { durationFrom, HOUR } from '../bounded-duration.ts'
import type { KeyMaterial, KeyRing } from '../key-ring.ts'
import { clientIds, type Delegation, type PrincipalRules } from '../principal-rules.ts'
import type { JwtAlgorithm } from './algorithms.ts'
import type { ClaimRules } from './claim-check.ts'
import {
  type ClaimMapping,
  type ClaimNames,
  type ClaimPreset,
  readClaimMapping,
} from './claim-mapping.ts'
import { type DpopOptions, readDpop } from './dpop-options.ts'
import { mediaType } from './header-check.ts'
import { type GivenKeys, readGivenKeys, refuseUnset } from './keys/given-keys.ts'
import type { JwkSet } from './keys/key-set.ts'
import type { PublicJwk } from './keys/public-key.ts'
import type { FetchRules } from './keys/remote-keys.ts'
import { type ClientCertificate, certificateOf, type PossessionRules } from './possession.ts'

/** When keys of `jwks` and `discovery` are fetched. */
export interface KeyFetchOptions {
  /** For each document. Default `5s`. */
  readonly timeout?: Duration
  /** How long a set of keys is taken for new; after that it is fetched again while it is used. Default `10m`. */
  readonly freshFor?: Duration
  /** How long it is used beyond that while no newer one can be had. Default `1h`, at most `24h`. */
  readonly staleFor?: Duration
  /** Least time between two attempts, and up to half as long again, whatever came of the first. Default `30s`. */
  readonly cooldown?: Duration
}

/**
 * Options of {@link jwtAuth}. Keys come from exactly one of `keys`, `publicKey`, `jwks` and `discovery`; from
 * none of them, they are the secrets in the variables `TREFOIL_AUTH_JWT__SECRET` and
 * `TREFOIL_AUTH_JWT__OLD_SECRETS`.
 */
export interface JwtAuthOptions {
  /** Secret or ring of secrets: at least 32 bytes each for HS256, 48 for HS384, 64 for HS512 (RFC 7518 §3.2). */
  readonly keys?: KeyMaterial | KeyRing
  /** Public keys: PEM text, the URL of a PEM file, a JWK, or a list of them. RSA of at least 2048 bits. */
  readonly publicKey?: string | URL | PublicJwk | readonly (string | URL | PublicJwk)[]
  /** Address of a JWK Set, or a set. Of an address, `issuer` and `audience` must be given. */
  readonly jwks?: string | URL | JwkSet
  /** Issuer whose OpenID Connect discovery document names its keys. `audience` must be given. */
  readonly discovery?: string | URL
  /** When keys of `jwks` and `discovery` are fetched. */
  readonly fetching?: KeyFetchOptions
  /** Accepted `iss`; when given, a token without it is refused. Default with `discovery`: that issuer. */
  readonly issuer?: string | readonly string[]
  /** Accepted `aud`, any overlap; when given, a token without it is refused. */
  readonly audience?: string | readonly string[]
  /**
   * Accepted signature algorithms. Default `['HS256']` for secrets, of which only one may be given; else
   * what the keys are for. A key that does not say is for the first one here that fits it, RS256 for RSA.
   */
  readonly algorithms?: readonly JwtAlgorithm[]
  /** Accepted `typ` in the header, such as `at+jwt` (RFC 9068); a token without it is refused. Default: `JWT`, `at+jwt` or none. */
  readonly typ?: string | readonly string[]
  /** Difference between clocks to forgive. Default `0s`, at most `60s` (JWT-7). */
  readonly clockTolerance?: Duration
  /** Header that the token is in; `Bearer` before it may be left out, except in `authorization`. Default `authorization`. */
  readonly header?: string
  /** Which claims say who is calling: a provider, or names of claims. Default `sub`, `roles`, `scope`, `tenant_id`. */
  readonly claims?: ClaimPreset | ClaimNames
  /**
   * Clients, by `client_id`, `azp` or `appid`, in which persons sit: a token of one that names a login
   * session (`sid`) is of kind `person`, and one of any other client has that client as actor. Whether the
   * session is still alive is for `isRevoked` to say. Default: nothing is known of clients.
   */
  readonly firstParty?: readonly string[]
  /**
   * What a caller may do whom somebody acts for: `intersect`, what subject and all actors have of whom
   * it is said; `subject`, what the subject has. Default `intersect`.
   */
  readonly delegation?: Delegation
  /** Tokens kept with their verdict to skip the cryptography, good and bad ones; 0 keeps none. Default 256. */
  readonly cacheSize?: number
  /** Asked with every call, for remembered tokens too: `true` refuses the token, a throw is answered with 503. */
  readonly isRevoked?: (claims: Readonly<Record<string, unknown>>) => Awaitable<boolean>
  /**
   * Accepts `Authorization: DPoP` (RFC 9449). `true` is `{}`. Default: none, and tokens that are bound to
   * such a key are refused.
   */
  readonly dpop?: boolean | DpopOptions
  /**
   * The client's certificate, for tokens that are bound to one (RFC 8705): out of a header that your proxy
   * sets and nobody else can, say. Default: the verified one of the connection (`request.certificate`).
   */
  readonly certificate?: (request: AuthRequest) => Awaitable<ClientCertificate>
  /** Where the variables are looked up. Default: those of the process. */
  readonly env?: Environment
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock
}

/** {@link JwtAuthOptions}, checked and complete. */
export interface JwtRules extends ClaimRules {
  readonly source: GivenKeys
  /** `null`: the usual ones, and none. */
  readonly types: ReadonlySet<string> | null
  /** In small letters; `null`: `authorization`. */
  readonly header: string | null
  readonly mapping: ClaimMapping
  readonly principals: PrincipalRules
  readonly isRevoked: JwtAuthOptions['isRevoked'] | null
  readonly possession: PossessionRules
  readonly cacheSize: number
  readonly clock: Clock
}

const MAX_TOLERANCE_MS = 60_000

type FetchValues = Values<KeyFetchOptions>

/** The rows of {@link KeyFetchOptions}. */
export const FETCHING: OptionGroup<KeyFetchOptions, FetchValues> = {
  name: 'jwtAuth(): fetching',
  prefix: 'TREFOIL_AUTH_JWT',
  rows: {
    timeout: { read: durationFrom(1, HOUR), default: '5s', doc: 'Time for each document.' },
    freshFor: {
      read: durationFrom(1000, 24 * HOUR),
      default: '10m',
      doc: 'How long a set is taken for new; after that it is fetched again while it is used.',
    },
    staleFor: {
      read: durationFrom(0, 24 * HOUR),
      default: '1h',
      doc: 'How long it is used beyond that while no newer one can be had; at most `24h`.',
    },
    cooldown: {
      read: durationFrom(1000, HOUR),
      default: '30s',
      doc: 'Least time between two attempts, whatever came of the first, and up to half as long again.',
    },
  },
}

/** Values whose kinds go together are looked at once all are there. */
type JwtValues = { readonly [Name in keyof JwtAuthOptions]-?: unknown } & {
  readonly firstParty: ReadonlySet<string> | null
  readonly delegation: Delegation
  readonly fetching: FetchRules
  readonly clockTolerance: number
  readonly header: string
  readonly cacheSize: number
  readonly isRevoked: JwtAuthOptions['isRevoked'] | null
  readonly certificate: JwtAuthOptions['certificate'] | null
  readonly env: Environment | null
  readonly clock: Clock
}

const anything: OptionKind<unknown> = { words: 'value', read: (value) => ({ value }) }

const variables: OptionKind<Environment> = kind(
  'an object of variables',
  (value): value is Environment => isRecord(value),
)

/** The rows of {@link JwtAuthOptions}. */
export const JWT: OptionGroup<JwtAuthOptions, JwtValues> = {
  name: 'jwtAuth()',
  prefix: 'TREFOIL_AUTH_JWT',
  rows: {
    keys: {
      read: anything,
      default: null,
      shown: 'from the variables',
      doc: 'Secret of at least 32 bytes (48 for HS384, 64 for HS512), or a `keyRing(current, previous)`.',
    },
    publicKey: {
      read: anything,
      default: null,
      doc: 'PEM text, the `URL` of a PEM file, a JWK, or a list of them.',
    },
    jwks: {
      read: anything,
      default: null,
      doc: 'Address of a JWK Set, which wants `issuer` and `audience`; or a set.',
    },
    discovery: {
      read: anything,
      default: null,
      doc: 'Issuer whose discovery document names its keys; wants `audience`.',
    },
    fetching: {
      group: FETCHING,
      default: {},
      doc: 'When keys of `jwks` and `discovery` are fetched: below.',
    },
    issuer: {
      read: anything,
      default: null,
      shown: 'not checked; with `discovery` that one',
      doc: 'Accepted `iss`, one or a list. When given, a token without it is refused.',
    },
    audience: {
      read: anything,
      default: null,
      shown: 'not checked',
      doc: 'Accepted `aud`, one or a list, any overlap. When given, a token without it is refused.',
    },
    algorithms: {
      read: anything,
      default: null,
      shown: '`HS256`, or what the keys are for',
      doc: 'Accepted algorithms. Of secrets exactly one; a public key has one, the first here that fits it.',
    },
    typ: {
      read: anything,
      default: null,
      shown: '`JWT`, `at+jwt` or none',
      doc: 'Accepted `typ` of the header, one or a list. When given, a token without it is refused.',
    },
    clockTolerance: {
      read: durationFrom(0, MAX_TOLERANCE_MS),
      default: '0s',
      doc: 'Difference between clocks to forgive, at most `60s`.',
    },
    header: {
      read: kind(
        'the name of a header',
        (value): value is string => typeof value === 'string' && isToken(value),
      ),
      default: 'authorization',
      doc: 'Header that the token is in, with or without `Bearer` before it.',
    },
    claims: {
      read: anything,
      default: null,
      shown: '`sub`, `roles`, `scope`, `tenant_id`',
      doc: "`'keycloak'`, `'auth0'`, `'entra'`, or names of claims.",
    },
    firstParty: {
      read: clientIds,
      default: null,
      doc: 'Clients in which persons sit: their tokens with a `sid` are of kind `person`, any other client is the actor.',
    },
    delegation: {
      read: choice(['intersect', 'subject']),
      default: 'intersect',
      doc: 'What a caller may do whom somebody acts for: what all of them have, or what the subject has.',
    },
    cacheSize: {
      read: count({ least: 0 }),
      default: 256,
      doc: 'Tokens kept with their verdict to skip the cryptography, good and bad ones; `0` keeps none.',
    },
    isRevoked: {
      read: callable(),
      default: null,
      doc: 'Asked with every call whether a token was taken back: `(claims) => boolean`, or a promise of it.',
    },
    dpop: {
      read: anything,
      default: null,
      doc: 'Accepts `Authorization: DPoP`; `true`, or options: below.',
    },
    certificate: {
      read: callable(),
      default: null,
      shown: 'that of the connection',
      doc: 'The certificate of the client as DER bytes or PEM text, for tokens bound to one: `(request) => …`.',
    },
    env: {
      read: variables,
      default: null,
      shown: 'those of the process',
      doc: 'Where the variables of the secrets are looked up.',
    },
    clock: { read: clock, default: systemClock, shown: "the machine's", doc: 'Source of time.' },
  },
}

/** @throws ImproperlyConfigured for what cannot be right; never shows a value that may be a secret */
export function readJwtOptions(options: JwtAuthOptions): JwtRules {
  const values = readOptions(JWT, options)
  refuseUnset(options ?? {})
  const audiences = readNames(values.audience, 'jwtAuth(): audience')
  const issuers = readNames(values.issuer, 'jwtAuth(): issuer')
  const env = values.env ?? processEnvironment()
  const source = readGivenKeys({ ...values, issuers, audiences, env })
  const types = readNames(values.typ, 'jwtAuth(): typ')
  const header = values.header.toLowerCase()
  const possession = {
    dpop: readDpop('jwtAuth()', values.dpop, values.clock, source.signing?.ring ?? null),
    certificate: values.certificate ?? certificateOf,
  }
  if (possession.dpop !== null && header !== 'authorization') {
    throw new ImproperlyConfigured('jwtAuth(): dpop needs the header authorization')
  }
  return {
    source,
    issuers: issuers ?? source.issuers,
    audiences,
    types: types === null ? null : new Set(types.map(mediaType)),
    tolerance: values.clockTolerance / 1000,
    isDevelopment: env['TREFOIL_ENV'] === 'development',
    header: header === 'authorization' ? null : header,
    mapping: readClaimMapping(values.claims ?? undefined, audiences ?? []),
    principals: { firstParty: values.firstParty, delegation: values.delegation },
    isRevoked: values.isRevoked,
    possession,
    cacheSize: values.cacheSize,
    clock: values.clock,
  }
}
