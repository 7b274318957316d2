import { type Clock, systemClock } from '../base/clock.ts'
import type { Duration } from '../base/duration.ts'
import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import { readSeconds } from '../contract/options/read-duration.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { signToken } from '../identity/jwt/sign-token.ts'
import { isKeyRing, type KeyMaterial, type KeyRing, keyRing } from '../identity/key-ring.ts'

/** What a token of a test says, and what it is signed with. */
export interface TokenOptions {
  /** `sub`: who calls; not empty. */
  readonly subject: string
  /** What `jwtAuth({ keys })` of the app is given: at least 32 bytes. A ring signs with `current`. */
  readonly keys: KeyMaterial | KeyRing
  /** `roles`. Default: no such claim. */
  readonly roles?: readonly string[]
  /** `scope`, joined by spaces. Default: no such claim. */
  readonly scopes?: readonly string[]
  /** `iss`. Default: no such claim. */
  readonly issuer?: string
  /** `aud`. Default: no such claim. */
  readonly audience?: string | readonly string[]
  /** `exp`, counted from `iat`: whole seconds, at least one. Default `1h`. */
  readonly expiresIn?: Duration
  /**
   * More claims, as they are to stand there. They win over the ones made of other options, and one
   * that is `undefined` is left out: a test can write a token that is wrong. Default none.
   */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Says when the token is issued (`iat`). Default: the machine's. */
  readonly clock?: Clock
}

const OPTIONS: OptionNames<TokenOptions> = {
  subject: true,
  keys: true,
  roles: true,
  scopes: true,
  issuer: true,
  audience: true,
  expiresIn: true,
  claims: true,
  clock: true,
}

/** RFC 7518 §3.2; `jwtAuth` takes no shorter ones. */
const MIN_KEY_BYTES = 32

/**
 * A token that `jwtAuth` accepts (JWT, HS256), for tests. It knows neither revocation nor rotation:
 * what gives tokens to people is an identity provider.
 *
 * @returns three parts of base64url, as they stand after `Bearer`
 * @throws ImproperlyConfigured for an option that cannot be right; never with a secret in the message
 */
export function createToken(options: TokenOptions): string {
  if (typeof options !== 'object' || options === null) {
    throw new ImproperlyConfigured("createToken() takes options, such as { subject: 'ada', keys }")
  }
  checkOptionNames('createToken()', options, OPTIONS)
  const key = signingKey(options.keys)
  return signToken('HS256', key, claimsOf(options))
}

function signingKey(keys: KeyMaterial | KeyRing): Uint8Array {
  const { current } = isKeyRing(keys) ? keys : keyRing(keys)
  if (current.length >= MIN_KEY_BYTES) return current
  throw new ImproperlyConfigured(
    `createToken(): keys must be at least ${MIN_KEY_BYTES} bytes for HS256, got ${current.length}`,
  )
}

function claimsOf(options: TokenOptions): Readonly<Record<string, unknown>> {
  const { subject, roles, scopes, issuer, audience, claims, clock = systemClock } = options
  if (typeof subject !== 'string' || subject === '') {
    throw new ImproperlyConfigured('createToken(): subject must be non-empty text')
  }
  checkTexts('roles', roles)
  checkTexts('scopes', scopes)
  if (scopes?.some((scope) => scope.includes(' ')) === true) {
    throw new ImproperlyConfigured('createToken(): a scope has no spaces; give a list of scopes')
  }
  const issuedAt = Math.floor(clock.now() / 1000)
  return {
    sub: subject,
    iat: issuedAt,
    exp: issuedAt + lifetime(options.expiresIn === undefined ? '1h' : options.expiresIn),
    iss: issuer,
    aud: audience,
    roles,
    scope: scopes?.join(' '),
    ...claims,
  }
}

function checkTexts(option: string, list: unknown): void {
  if (list === undefined) return
  if (!Array.isArray(list) || !list.every((item) => typeof item === 'string')) {
    throw new ImproperlyConfigured(`createToken(): ${option} must be a list of text`)
  }
}

function lifetime(expiresIn: Duration): number {
  const seconds = readSeconds('createToken(): expiresIn', expiresIn)
  if (seconds > 0) return seconds
  throw new ImproperlyConfigured('createToken(): expiresIn must be a second or more')
}
