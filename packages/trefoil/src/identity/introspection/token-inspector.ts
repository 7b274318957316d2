import { AuthContext, type Identity } from '../../contract/auth/auth-context.ts'
import { CredentialRefusal, refusal } from '../../contract/auth/refusal.ts'
import { ofToken } from '../../contract/auth/token-contexts.ts'
import { AuthenticationError } from '../../contract/problems/problem.ts'
import { identityFromClaims } from '../claims.ts'
import { checkClaims, invalidClaim } from '../jwt/claim-check.ts'
import { bindingOf } from '../jwt/key-binding.ts'
import { sha256 } from '../jwt/thumbprint.ts'
import type { IntrospectionRules } from './introspection-options.ts'
import { type ActiveToken, RememberedAnswers, type TokenAnswer } from './remembered-answers.ts'
import { TokenService } from './token-service.ts'

/** Characters. Longer ones are nobody's, and nobody is asked about them. */
const MAX_TOKEN_LENGTH = 4096

const MALFORMED = refusal('malformed', { text: 'Malformed token' })
const INACTIVE = refusal('inactive', { text: 'Token is not active' })
const WRONG_TYPE = refusal('wrong_type', { text: 'Token is of another type' })

/** What a token may be that is sent as one (RFC 6750, RFC 9449); a refresh token is none. */
const ACCESS_TYPES: ReadonlySet<unknown> = new Set(['bearer', 'dpop'])

/**
 * Milliseconds for which calls that go on are told what another of the same token was. They are asked about in rounds of
 * 400 ms, so that each round asks the provider anew, and once.
 */
const ROUND_MS = 300

/** One that the provider has not answered yet. */
interface Question {
  readonly answer: TokenAnswer | Promise<TokenAnswer>
  /** `clock.elapsed()` when it was asked. */
  readonly asked: number
}

/** Tells what becomes of an opaque token, and remembers it for a while. */
export class TokenInspector {
  readonly #rules: IntrospectionRules
  readonly #service: TokenService
  readonly #active: RememberedAnswers<ActiveToken>
  /** Apart, so that a flood of tokens that nobody knows pushes out no good one. */
  readonly #refused: RememberedAnswers<CredentialRefusal>
  /** One question for all who bring the same token at once. */
  readonly #asking = new Map<string, Question>()
  /** Of this round of calls that go on. */
  #round = new Map<string, Question>()
  #roundBegan = 0

  constructor(rules: IntrospectionRules) {
    this.#rules = rules
    this.#service = new TokenService(rules)
    this.#active = new RememberedAnswers(rules.cacheSize)
    this.#refused = new RememberedAnswers(rules.cacheSize)
  }

  /** Entries that are kept and questions under way, for tests of memory. */
  get held(): number {
    return this.#active.size + this.#refused.size + this.#asking.size
  }

  /** @throws Error, at once or later, when the provider cannot be asked */
  judge(token: string): TokenAnswer | Promise<TokenAnswer> {
    if (token.length > MAX_TOKEN_LENGTH) return MALFORMED
    const { clock, maxAge } = this.#rules
    const digest = sha256(token)
    const known = this.#active.get(digest, clock.elapsed())
    if (known !== null) {
      const now = clock.now() / 1000
      // Over, or the clock was set: the provider knows.
      if (known.from <= now && now < known.until) return known
      this.#active.delete(digest)
    }
    const refused = this.#refused.get(digest, clock.elapsed())
    if (refused !== null) return refused
    const under = this.#asking.get(digest)
    const asked = clock.elapsed()
    // Its answer may be from before a revocation, as one that is remembered may be, and no longer.
    if (under !== undefined && asked - under.asked < maxAge) return under.answer
    const answer = this.#ask(token, digest).finally(() => {
      if (this.#asking.get(digest)?.answer === answer) this.#asking.delete(digest)
    })
    this.#asking.set(digest, { answer, asked })
    return answer
  }

  /**
   * For a call that goes on: as {@link judge}, but of many with one token only the first asks, so that `maxAge: '0s'` is
   * no flood of questions that each stream adds to for as long as it is open.
   *
   * @throws Error, at once or later, when the provider cannot be asked
   */
  judgeAnew(token: string): TokenAnswer | Promise<TokenAnswer> {
    const asked = this.#rules.clock.elapsed()
    if (asked - this.#roundBegan >= ROUND_MS) {
      this.#round = new Map()
      this.#roundBegan = asked
    }
    const digest = sha256(token)
    const known = this.#round.get(digest)
    if (known !== undefined) return known.answer
    const answer = this.judge(token)
    this.#round.set(digest, { answer, asked })
    return answer
  }

  stop(): void {
    this.#round.clear()
    this.#service.stop()
    this.#active.clear()
    this.#refused.clear()
  }

  async #ask(token: string, digest: string): Promise<TokenAnswer> {
    const { maxAge, refusedFor, clock } = this.#rules
    // From here on, not from when the answer came: a token may have been revoked in between.
    const asked = clock.elapsed()
    const claims = await this.#service.ask(token)
    const answer = claims === null ? INACTIVE : this.#accept(claims)
    if (CredentialRefusal.is(answer)) this.#refused.set(digest, answer, asked + refusedFor)
    else this.#active.set(digest, answer, asked + maxAge)
    return answer
  }

  #accept(claims: Readonly<Record<string, unknown>>): TokenAnswer {
    const { clock, maxAge, tolerance, mapping, principals } = this.#rules
    const { token_type: type, cnf, nbf } = claims
    if (type !== undefined && !(typeof type === 'string' && ACCESS_TYPES.has(type.toLowerCase()))) {
      return WRONG_TYPE
    }
    const now = clock.now() / 1000
    // It may be left out (RFC 7662 §2.2): the provider is asked again before long.
    const checked =
      claims['exp'] === undefined ? { ...claims, exp: now + maxAge / 1000 + 1 } : claims
    const fault = checkClaims(checked, this.#rules, now)
    if (fault !== null) return fault
    const binding = bindingOf(cnf)
    if (binding === undefined) return invalidClaim('cnf')
    let identity: Identity
    try {
      identity = identityFromClaims(claims, mapping, principals)
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error
      return refusal(error.refusal, { text: error.reason })
    }
    return {
      context: ofToken(new AuthContext<undefined>({ ...identity, payload: undefined })),
      binding,
      from: typeof nbf === 'number' ? nbf - tolerance : Number.NEGATIVE_INFINITY,
      until: identity.expiresAt ?? Number.POSITIVE_INFINITY,
    }
  }
}
