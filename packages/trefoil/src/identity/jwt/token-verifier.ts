import { promised } from '../../base/promise.ts'
import { AuthContext, type Identity } from '../../contract/auth/auth-context.ts'
import { CredentialRefusal, refusal } from '../../contract/auth/refusal.ts'
import { ofToken } from '../../contract/auth/token-contexts.ts'
import { AuthenticationError } from '../../contract/problems/problem.ts'
import { identityFromClaims } from '../claims.ts'
import { checkClaims, EXPIRED, invalidClaim } from './claim-check.ts'
import { type CompactToken, readPart, splitToken } from './compact-token.ts'
import { type JwtHeader, JwtHeaders } from './header-check.ts'
import type { JwtRules } from './jwt-options.ts'
import { bindingOf } from './key-binding.ts'
import type { KeyRefusal, KeySource, LogsHere, TrustedKey } from './keys/key-source.ts'
import { RefusedTokens } from './refused-tokens.ts'
import { TokenCache, type Verdict } from './token-cache.ts'

/** Characters. Nobody's claims are longer, and what is longer is not even looked at. */
const MAX_TOKEN_LENGTH = 16_384
/** What `typ` says where nobody was told to expect something else. */
const USUAL_TYPES: ReadonlySet<string | null> = new Set(['jwt', 'at+jwt', null])

const MALFORMED = refusal('malformed', { text: 'Malformed JWT token' })
const WRONG_TYPE = refusal('wrong_type', { text: 'Token is of another type' })
const BAD_SIGNATURE = refusal('bad_signature', { text: 'Invalid JWT signature' })
const UNKNOWN_KEY = refusal('unknown_key', { text: 'Token was signed with an unknown key' })

/** A genuine token's verdict, or why it is refused. */
export type Judgement = Verdict | CredentialRefusal

/**
 * Tells what becomes of a token, whatever signed it, and remembers it. It answers at once where its keys
 * can: for secrets, and for tokens that it knows.
 */
export class TokenVerifier {
  readonly #rules: JwtRules
  readonly #keys: KeySource
  readonly #headers = new JwtHeaders()
  readonly #cache: TokenCache
  readonly #refused: RefusedTokens
  readonly #wrongAlgorithm: CredentialRefusal
  /** The version of the keys that the remembered refusals are by. */
  #refusedBy: number

  constructor(rules: JwtRules) {
    const { keys, algorithms } = rules.source
    this.#rules = rules
    this.#keys = keys
    this.#refusedBy = keys.version
    this.#cache = new TokenCache(rules.cacheSize)
    this.#refused = new RefusedTokens(rules.cacheSize)
    const last = algorithms.length === 1 ? 'is' : 'are'
    this.#wrongAlgorithm = refusal('wrong_algorithm', {
      text: `Unsupported JWT algorithm. Only ${algorithms.join(', ')} ${last} accepted.`,
    })
  }

  /**
   * In the order of P-JWT-3: nothing a stranger wrote is used before the check in front of it.
   *
   * @param caller whose log is told when keys cannot be had
   * @throws Error, at once or later, when there are no keys at the moment
   */
  judge(token: string, caller: LogsHere | null): Judgement | Promise<Judgement> {
    const now = this.#rules.clock.now() / 1000
    const known = this.#cache.get(token, now)
    if (known !== null && this.#keys.isCurrent()) return known
    if (token.length > MAX_TOKEN_LENGTH) return MALFORMED
    const version = this.#forgetOld()
    const before = this.#refused.get(token, now - this.#rules.tolerance)
    if (before !== null) return before
    const parts = splitToken(token)
    const header = parts === null ? null : this.#headers.read(parts.header)
    if (parts === null || header === null || !header.plain) {
      return this.#remember(token, MALFORMED, version)
    }
    const signer = this.#keys.verify(parts, header, caller)
    const waiting = promised(signer)
    if (waiting !== null) {
      return waiting.then((late) => this.#signed(token, parts, header, late, version))
    }
    // Nothing to wait for.
    return this.#signed(token, parts, header, signer as TrustedKey | KeyRefusal, version)
  }

  #signed(
    token: string,
    parts: CompactToken,
    header: JwtHeader,
    signer: TrustedKey | KeyRefusal,
    version: number,
  ): Judgement {
    // It may come with any `kid` again, and the key may be there then.
    if (signer === 'unknown_key') return UNKNOWN_KEY
    if (signer === 'wrong_algorithm') return this.#remember(token, this.#wrongAlgorithm, version)
    if (signer === 'bad_signature') return this.#remember(token, BAD_SIGNATURE, version)
    // While its signature was checked the key may have been taken out.
    if (signer.retired) return BAD_SIGNATURE
    this.#headers.keep(parts.header, header)
    const { types, tolerance } = this.#rules
    const isOfType = types === null ? USUAL_TYPES.has(header.typ) : types.has(header.typ ?? '')
    if (!isOfType) return WRONG_TYPE
    const claims = readPart(parts.payload)
    if (claims === null) return MALFORMED
    // Not the time at which it came: its keys may have been long under way.
    const fault = checkClaims(claims, this.#rules, this.#rules.clock.now() / 1000)
    if (fault === EXPIRED) {
      return this.#remember(token, EXPIRED, version, claims['exp'] as number)
    }
    if (fault !== null) return fault
    const verdict = this.#accept(claims, signer, tolerance)
    if (!CredentialRefusal.is(verdict)) this.#cache.set(token, verdict)
    return verdict
  }

  #accept(
    claims: Readonly<Record<string, unknown>>,
    key: TrustedKey,
    tolerance: number,
  ): Judgement {
    const binding = bindingOf(claims['cnf'])
    if (binding === undefined) return invalidClaim('cnf')
    let identity: Identity
    try {
      identity = identityFromClaims(claims, this.#rules.mapping, this.#rules.principals)
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error
      return refusal(error.refusal, { text: error.reason })
    }
    const { nbf } = claims
    return {
      context: ofToken(new AuthContext<undefined>({ ...identity, payload: undefined })),
      key,
      from: typeof nbf === 'number' ? nbf - tolerance : Number.NEGATIVE_INFINITY,
      until: identity.expiresAt ?? 0,
      binding,
    }
  }

  /** @returns the version of the keys that count now */
  #forgetOld(): number {
    const { version } = this.#keys
    if (version !== this.#refusedBy) {
      this.#refused.clear()
      this.#refusedBy = version
    }
    return version
  }

  #remember(
    token: string,
    refused: CredentialRefusal,
    version: number,
    since: number | null = null,
  ): CredentialRefusal {
    // Found out with keys that count no longer.
    if (version === this.#keys.version && version === this.#refusedBy) {
      this.#refused.add(token, refused, since)
    }
    return refused
  }
}
