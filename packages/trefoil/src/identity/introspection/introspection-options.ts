import { type Clock, systemClock } from '../../base/clock.ts'
import type { Duration } from '../../base/duration.ts'
import type { Awaitable } from '../../base/promise.ts'
import type { Secret } from '../../base/secret.ts'
import type { AuthRequest } from '../../contract/call/call.ts'
import { callable, choice, clock, count, secretText, text } from '../../contract/options/kinds.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import { type OptionGroup, REQUIRED } from '../../contract/options/option-rows.ts'
import { readOptions } from '../../contract/options/read-options.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { readNames } from '../accepted-names.ts'
import { durationFrom, HOUR } from '../bounded-duration.ts'
import type { ClaimRules } from '../jwt/claim-check.ts'
import {
  type ClaimMapping,
  type ClaimNames,
  type ClaimPreset,
  readClaimMapping,
} from '../jwt/claim-mapping.ts'
import { type DpopOptions, readDpop } from '../jwt/dpop-options.ts'
import { type ClientCertificate, certificateOf, type PossessionRules } from '../jwt/possession.ts'
import { addressMistake } from '../outbound/address.ts'
import { clientIds, type Delegation, type PrincipalRules } from '../principal-rules.ts'

/** Options of {@link introspectionAuth}. */
export interface IntrospectionOptions {
  /** Address of the provider's introspection endpoint: https, or http on this machine. */
  readonly url: string | URL
  /** Who this app is to the provider. */
  readonly clientId: string
  /** Secret of that client, sent by HTTP Basic (RFC 6749 §2.3.1). */
  readonly clientSecret: string | Secret
  /** Accepted `aud`, any overlap; a token without it is refused. */
  readonly audience: string | readonly string[]
  /** Accepted `iss`; when given, a token without it is refused. Default: that of the provider that was asked, whatever it says. */
  readonly issuer?: string | readonly string[]
  /** Which claims say who is calling, as in `jwtAuth`. */
  readonly claims?: ClaimPreset | ClaimNames
  /**
   * Clients, by `client_id`, `azp` or `appid`, in which persons sit: a token of one that names a login
   * session (`sid`) is of kind `person`, and one of any other client has that client as actor. Default: nothing is known of clients.
   */
  readonly firstParty?: readonly string[]
  /**
   * What a caller may do whom somebody acts for: `intersect`, what subject and all actors have of whom
   * it is said; `subject`, what the subject has. Default `intersect`.
   */
  readonly delegation?: Delegation
  /** Difference between clocks to forgive. Default `0s`, at most `60s`. */
  readonly clockTolerance?: Duration
  /** How long an answer is believed, and so how late a revocation is seen. Default `60s`, at most `1h`; `0s` asks with every call. */
  readonly maxAge?: Duration
  /** How long a token is taken for inactive once the provider said so. Default `10s`, at most `1h`. */
  readonly refusedFor?: Duration
  /** Tokens whose answers are kept, active ones and as many others; 0 keeps none. Default 1000. */
  readonly cacheSize?: number
  /** For each question. Default `5s`. */
  readonly timeout?: Duration
  /** Accepts `Authorization: DPoP`, as in `jwtAuth`. Default: none, and tokens that are bound to such a key are refused. */
  readonly dpop?: boolean | DpopOptions
  /** The client's certificate, as in `jwtAuth`. Default: the verified one of the connection. */
  readonly certificate?: (request: AuthRequest) => Awaitable<ClientCertificate>
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock
}

/** {@link IntrospectionOptions}, checked and complete; milliseconds. */
export interface IntrospectionRules extends ClaimRules {
  readonly url: URL
  readonly clientId: string
  readonly clientSecret: string
  readonly mapping: ClaimMapping
  readonly principals: PrincipalRules
  readonly maxAge: number
  readonly refusedFor: number
  readonly cacheSize: number
  readonly timeout: number
  readonly possession: PossessionRules
  readonly clock: Clock
}

/** Values whose kinds go together are looked at once all are there. */
type IntrospectionValues = { readonly [Name in keyof IntrospectionOptions]-?: unknown } & {
  readonly firstParty: ReadonlySet<string> | null
  readonly delegation: Delegation
  readonly clientId: string
  readonly clientSecret: string
  readonly clockTolerance: number
  readonly maxAge: number
  readonly refusedFor: number
  readonly cacheSize: number
  readonly timeout: number
  readonly certificate: IntrospectionOptions['certificate'] | null
  readonly clock: Clock
}

const anything: OptionKind<unknown> = { words: 'value', read: (value) => ({ value }) }
const WHERE = 'introspectionAuth()'

/** The rows of {@link IntrospectionOptions}. */
export const INTROSPECTION: OptionGroup<IntrospectionOptions, IntrospectionValues> = {
  name: WHERE,
  prefix: 'TREFOIL_AUTH_INTROSPECTION',
  rows: {
    url: {
      read: anything,
      default: REQUIRED,
      doc: "Address of the provider's introspection endpoint: https, or http on this machine.",
    },
    clientId: { read: text, default: REQUIRED, doc: 'Who this app is to the provider.' },
    clientSecret: {
      read: secretText,
      default: REQUIRED,
      doc: 'Secret of that client, sent by HTTP Basic.',
    },
    audience: {
      read: anything,
      default: REQUIRED,
      doc: 'Accepted `aud`, one or a list, any overlap. A token without it is refused.',
    },
    issuer: {
      read: anything,
      default: null,
      shown: 'not checked',
      doc: 'Accepted `iss`, one or a list. When given, a token without it is refused.',
    },
    claims: {
      read: anything,
      default: null,
      shown: '`sub`, `roles`, `scope`, `tenant_id`',
      doc: "`'keycloak'`, `'auth0'`, `'entra'`, or names of claims, as in `jwtAuth`.",
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
    clockTolerance: {
      read: durationFrom(0, 60_000),
      default: '0s',
      doc: 'Difference between clocks to forgive, at most `60s`.',
    },
    maxAge: {
      read: durationFrom(0, HOUR),
      default: '60s',
      doc: 'How long an answer is believed, and so how late a revocation is seen; `0s` asks with every call.',
    },
    refusedFor: {
      read: durationFrom(0, HOUR),
      default: '10s',
      doc: 'How long a token is taken for inactive once the provider said so.',
    },
    cacheSize: {
      read: count({ least: 0, most: 1_000_000 }),
      default: 1000,
      doc: 'Tokens whose answers are kept, active ones and as many others; `0` keeps none.',
    },
    timeout: { read: durationFrom(1, HOUR), default: '5s', doc: 'Time for each question.' },
    dpop: {
      read: anything,
      default: null,
      doc: 'Accepts `Authorization: DPoP`; `true`, or options as in `jwtAuth`.',
    },
    certificate: {
      read: callable(),
      default: null,
      shown: 'that of the connection',
      doc: 'The certificate of the client, for tokens bound to one: `(request) => …`.',
    },
    clock: { read: clock, default: systemClock, shown: "the machine's", doc: 'Source of time.' },
  },
}

/** @throws ImproperlyConfigured for what cannot be right; never shows a value that may be a secret */
export function readIntrospectionOptions(options: IntrospectionOptions): IntrospectionRules {
  const values = readOptions(INTROSPECTION, options)
  const { clientId, clientSecret, maxAge, refusedFor, cacheSize, timeout, clock } = values
  const audiences = readNames(values.audience, `${WHERE}: audience`)
  if (audiences === null) {
    throw new ImproperlyConfigured(
      `${WHERE} needs an audience: without it tokens for other services would do`,
    )
  }
  return {
    url: readUrl(values.url),
    clientId,
    clientSecret,
    audiences,
    issuers: readNames(values.issuer, `${WHERE}: issuer`),
    tolerance: values.clockTolerance / 1000,
    // `devTokens()` signs what it gives out: no provider that can be asked speaks for its issuer (BOOT-2).
    isDevelopment: false,
    // What `devTokens()` gives out is a JWT: no provider has a say in it.
    mapping: readClaimMapping(values.claims ?? undefined, audiences, WHERE),
    principals: { firstParty: values.firstParty, delegation: values.delegation },
    maxAge,
    refusedFor,
    cacheSize,
    timeout,
    possession: {
      dpop: readDpop(WHERE, values.dpop, clock, null),
      certificate: values.certificate ?? certificateOf,
    },
    clock,
  }
}

function readUrl(given: unknown): URL {
  const isAddress = given instanceof URL || (typeof given === 'string' && URL.canParse(given))
  if (!isAddress) {
    throw new ImproperlyConfigured(
      `${WHERE}: url must be an address such as 'https://login.example.com/introspect', got ${valueKind(given)}`,
    )
  }
  const url = new URL(given)
  const mistake = addressMistake(url)
  if (mistake !== null) throw new ImproperlyConfigured(`${WHERE}: url ${mistake}`)
  return url
}
