import type { Duration } from '../base/duration.ts'
import { freezeClass } from '../base/plain/freeze-class.ts'
import { isRecord } from '../base/plain/is-record.ts'
import { promised } from '../base/promise.ts'
import type { AuthContext } from '../contract/auth/auth-context.ts'
import type { AuthAnswer, Authenticator } from '../contract/auth/authenticator.ts'
import type { PrincipalKind } from '../contract/auth/principal-kind.ts'
import { CredentialRefusal, refusal } from '../contract/auth/refusal.ts'
import type { SecurityScheme } from '../contract/auth/security-scheme.ts'
import type { AuthRequest } from '../contract/call/call.ts'
import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import type { ProductionRisk } from '../contract/options/production-risk.ts'
import { readSeconds } from '../contract/options/read-duration.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { type JwtAuthOptions, type JwtRules, readJwtOptions } from './jwt/jwt-options.ts'
import type { KeyStatus } from './jwt/keys/remote-keys.ts'
import { dpopToken, possessionRefusal } from './jwt/possession.ts'
import { signToken } from './jwt/sign-token.ts'
import { hasSignedForm } from './jwt/signed-form.ts'
import type { Verdict } from './jwt/token-cache.ts'
import { TokenVerifier } from './jwt/token-verifier.ts'
import { ringKeys } from './key-ring.ts'
import { kindsOfTokens } from './principal-rules.ts'

const REVOKED = refusal('revoked', { text: 'Token has been revoked' })
const BEARER: SecurityScheme = Object.freeze({
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
})

const DPOP: SecurityScheme = Object.freeze({ type: 'http', scheme: 'dpop' })

/** Options of {@link JwtAuth.createToken}. */
export interface CreateTokenOptions {
  /** Lifetime. With a `-` before it the token is expired already, for tests: `-1m`. Default `1h`. */
  readonly expiresIn?: Duration
}

const TOKEN_OPTIONS: OptionNames<CreateTokenOptions> = { expiresIn: true }

type Answer = AuthContext<undefined> | CredentialRefusal | null

/** What {@link jwtAuth} makes. */
export interface JwtAuth extends Authenticator<undefined> {
  readonly scheme: SecurityScheme | readonly SecurityScheme[]
  readonly risks: readonly ProductionRisk[]
  /**
   * A token signed with the current secret: the payload as it is, with `exp` put in its place, and `iss`
   * and `aud` where they are configured and the payload has none.
   *
   * @throws ImproperlyConfigured where there are public keys alone, for a payload that is no object, and
   * for a lifetime that is none
   */
  createToken(
    payload: Readonly<Record<string, unknown>>,
    options?: CreateTokenOptions,
  ): Promise<string>
  /**
   * Whether a token would be accepted now, without a request. Never throws (P-JWT-10): a token that
   * cannot be judged, because there are no keys say, is not accepted. One that is bound to a key is not
   * either, since there is nobody to show it.
   */
  verifyToken(token: string): Promise<boolean>
  /** True for a token in the form of a signed JWT, genuine or not: another form is not for this one. */
  recognizes(request: AuthRequest): boolean
  /**
   * Fetches keys, and loads what verifies with them, so that the first caller need not wait. The app
   * does it when it starts.
   *
   * @throws Error when they cannot be had yet; they are fetched again when a caller needs them
   */
  start(): Promise<void>
  /** What has become of fetching keys; `null` where there is nothing to fetch. */
  readonly keyStatus: KeyStatus | null
}

class JwtAuthenticator implements JwtAuth {
  readonly name: string = 'jwtAuth'
  readonly scheme: SecurityScheme | readonly SecurityScheme[]
  readonly kinds: readonly PrincipalKind[]
  readonly risks: readonly ProductionRisk[]
  readonly audiences: readonly string[] | undefined
  readonly authenticate: (request: AuthRequest) => AuthAnswer<undefined> | Promise<Answer>
  readonly recognizes: (request: AuthRequest) => boolean
  readonly recheck: (request: AuthRequest) => Answer | Promise<Answer>
  readonly start: () => Promise<void>
  readonly #rules: JwtRules
  readonly #verifier: TokenVerifier

  constructor(rules: JwtRules) {
    const { source } = rules
    this.#rules = rules
    this.#verifier = new TokenVerifier(rules)
    this.scheme = schemesOf(rules)
    this.kinds = kindsOfTokens(rules.principals, rules.mapping.kind.length > 0)
    this.risks = Object.freeze([...source.risks])
    this.audiences = rules.audiences === null ? undefined : Object.freeze([...rules.audiences])
    // Of its own, so that an object made of this one with `…` has it too.
    this.authenticate = (request) => this.#answer(request)
    this.recognizes = (request) => recognizes(rules, request)
    this.recheck = (request) => this.#recheck(request)
    this.start = () => rules.source.keys.start()
    Object.freeze(this)
  }

  async createToken(
    payload: Readonly<Record<string, unknown>>,
    options: CreateTokenOptions = {},
  ): Promise<string> {
    const { source, clock, issuers, audiences } = this.#rules
    if (source.signing === null) {
      throw new ImproperlyConfigured('createToken() signs with secrets: give jwtAuth keys')
    }
    if (!isRecord(payload)) {
      throw new ImproperlyConfigured("createToken() takes an object such as { sub: 'agent-7' }")
    }
    checkOptionNames('createToken()', options, TOKEN_OPTIONS)
    const lifetime = readLifetime(options.expiresIn === undefined ? '1h' : options.expiresIn)
    const [issuer] = issuers ?? []
    const [audience] = audiences ?? []
    const claims = {
      ...(issuer === undefined ? {} : { iss: issuer }),
      ...(audience === undefined ? {} : { aud: audience }),
      ...payload,
      exp: Math.floor(clock.now() / 1000) + lifetime,
    }
    const [key] = ringKeys(source.signing.ring)
    return signToken(source.signing.algorithm, (key as { bytes: Uint8Array }).bytes, claims)
  }

  async verifyToken(token: string): Promise<boolean> {
    try {
      if (typeof token !== 'string') return false
      const judged = await this.#verifier.judge(token, null)
      if (CredentialRefusal.is(judged) || judged.binding !== null) return false
      if (this.#rules.possession.dpop?.required === true) return false
      return !(await this.#isRevoked(judged.context))
    } catch {
      return false
    }
  }

  get keyStatus(): KeyStatus | null {
    return this.#rules.source.remote?.status ?? null
  }

  #answer(request: AuthRequest): Answer | Promise<Answer> {
    const { header, possession } = this.#rules
    const token = this.#sent(request)
    if (token !== null) return this.#check(token, request, false)
    const bound = header === null && possession.dpop !== null ? dpopToken(request) : null
    return bound === null ? null : this.#check(bound, request, true)
  }

  #check(token: string, request: AuthRequest, isDpop: boolean): Answer | Promise<Answer> {
    const judged = this.#verifier.judge(token, request)
    const waiting = promised(judged)
    if (waiting !== null) return waiting.then((late) => this.#admit(late, request, token, isDpop))
    return this.#admit(judged as Verdict | CredentialRefusal, request, token, isDpop)
  }

  /** Whether its key and itself are still good. The proof of possession was for the request, and is used up. */
  #recheck(request: AuthRequest): Answer | Promise<Answer> {
    const token = this.#sent(request) ?? dpopToken(request)
    if (token === null) return null
    const judged = this.#verifier.judge(token, request)
    const use = (known: Verdict | CredentialRefusal) =>
      CredentialRefusal.is(known) ? known : this.#unlessRevoked(known.context)
    const waiting = promised(judged)
    return waiting === null ? use(judged as Verdict | CredentialRefusal) : waiting.then(use)
  }

  #sent(request: AuthRequest): string | null {
    const { header } = this.#rules
    return header === null ? request.bearer : tokenIn(request, header)
  }

  /** What is asked anew for each call, of a token that is remembered too. */
  #admit(
    judged: Verdict | CredentialRefusal,
    request: AuthRequest,
    token: string,
    isDpop: boolean,
  ): Answer | Promise<Answer> {
    if (CredentialRefusal.is(judged)) return judged
    const { context, binding } = judged
    const { possession } = this.#rules
    if (binding === null && possession.dpop === null) return this.#unlessRevoked(context)
    const refused = possessionRefusal(possession, binding, request, token, isDpop)
    const waiting = promised(refused)
    if (waiting !== null) return waiting.then((late) => late ?? this.#unlessRevoked(context))
    return (refused as CredentialRefusal | null) ?? this.#unlessRevoked(context)
  }

  #unlessRevoked(context: AuthContext<undefined>): Answer | Promise<Answer> {
    if (this.#rules.isRevoked === null) return context
    const revoked = this.#isRevoked(context)
    return typeof revoked === 'boolean'
      ? answerOf(revoked, context)
      : revoked.then((late) => answerOf(late, context))
  }

  /** @throws whatever the hook throws: the service has failed, and says nothing of the token */
  #isRevoked({ claims }: AuthContext): boolean | Promise<boolean> {
    const { isRevoked } = this.#rules
    if (isRevoked === null || isRevoked === undefined) return false
    const answer = isRevoked(claims)
    const waiting = promised<unknown>(answer)
    return waiting === null ? readRevoked(answer) : waiting.then(readRevoked)
  }
}

freezeClass(JwtAuthenticator)

/**
 * Authenticates JSON Web Tokens, in `Authorization: Bearer …` or a header of your own (RFC 7519,
 * RFC 8725). `exp` is required; a token is expired from the second `exp` names on. Each key
 * verifies with one algorithm, and the token does not choose it.
 *
 * @throws ImproperlyConfigured for no keys or weak ones, an empty issuer or audience, fetched keys without
 * an audience, a bad tolerance
 */
export function jwtAuth(options: JwtAuthOptions = {}): JwtAuth {
  return new JwtAuthenticator(readJwtOptions(options))
}

/** A header of its own is nobody else's, whatever stands in it. */
function recognizes({ header, possession }: JwtRules, request: AuthRequest): boolean {
  if (header !== null) return true
  const token = request.bearer ?? (possession.dpop === null ? null : dpopToken(request))
  return token === null || hasSignedForm(token)
}

/** `Bearer ` in front of it may be left out (P-JWT-2). */
function tokenIn(request: AuthRequest, header: string): string | null {
  const value = request.headers.get(header)
  return value === null ? null : value.replace(/^bearer +/i, '').trimEnd()
}

function schemesOf({ header, possession }: JwtRules): JwtAuth['scheme'] {
  if (header !== null) return Object.freeze({ type: 'apiKey', in: 'header', name: header })
  if (possession.dpop === null) return BEARER
  return possession.dpop.required ? DPOP : Object.freeze([BEARER, DPOP])
}

/** Not by truth: `'false'`, or a row of a table, must neither let pass nor refuse. */
function readRevoked(answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer
  throw new TypeError('isRevoked of jwtAuth must answer true or false')
}

function answerOf(revoked: boolean, context: AuthContext<undefined>): Answer {
  return revoked ? REVOKED : context
}

/** Seconds. */
function readLifetime(given: unknown): number {
  // One that is over already is how a test makes an expired token (P-JWT-9).
  const isPast = typeof given === 'string' && given.startsWith('-')
  const seconds = readSeconds('createToken(): expiresIn', isPast ? given.slice(1) : given)
  return isPast ? -seconds : seconds
}
