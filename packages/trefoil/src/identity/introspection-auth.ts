import { freezeClass } from '../base/plain/freeze-class.ts'
import { promised } from '../base/promise.ts'
import type { AuthContext } from '../contract/auth/auth-context.ts'
import type { AuthAnswer, Authenticator } from '../contract/auth/authenticator.ts'
import type { PrincipalKind } from '../contract/auth/principal-kind.ts'
import { CredentialRefusal } from '../contract/auth/refusal.ts'
import type { SecurityScheme } from '../contract/auth/security-scheme.ts'
import type { AuthRequest } from '../contract/call/call.ts'
import type { ProductionRisk } from '../contract/options/production-risk.ts'
import {
  type IntrospectionOptions,
  type IntrospectionRules,
  readIntrospectionOptions,
} from './introspection/introspection-options.ts'
import type { TokenAnswer } from './introspection/remembered-answers.ts'
import { TokenInspector } from './introspection/token-inspector.ts'
import { dpopToken, possessionRefusal } from './jwt/possession.ts'
import { isLoopback } from './outbound/address.ts'
import { kindsOfTokens } from './principal-rules.ts'

type Answer = AuthContext<undefined> | CredentialRefusal | null

const BEARER: SecurityScheme = Object.freeze({ type: 'http', scheme: 'bearer' })
const DPOP: SecurityScheme = Object.freeze({ type: 'http', scheme: 'dpop' })

const LOOPBACK_RISK: ProductionRisk = Object.freeze({
  code: 'local_introspection',
  message: 'introspectionAuth must not ask this machine about tokens: that is for development',
})

/** What {@link introspectionAuth} makes. */
export interface IntrospectionAuth extends Authenticator<undefined> {
  readonly scheme: SecurityScheme | readonly SecurityScheme[]
  readonly risks: readonly ProductionRisk[]
  /** Ends the connections to the provider, and forgets what it said. The app does it when it stops. */
  stop(): void
}

class IntrospectionAuthenticator implements IntrospectionAuth {
  readonly name: string = 'introspectionAuth'
  readonly scheme: SecurityScheme | readonly SecurityScheme[]
  readonly kinds: readonly PrincipalKind[]
  readonly risks: readonly ProductionRisk[]
  readonly audiences: readonly string[]
  readonly authenticate: (request: AuthRequest) => AuthAnswer<undefined> | Promise<Answer>
  readonly recheck: (request: AuthRequest) => Answer | Promise<Answer>
  readonly stop: () => void
  readonly #rules: IntrospectionRules
  readonly #inspector: TokenInspector

  constructor(rules: IntrospectionRules) {
    const { dpop } = rules.possession
    this.#rules = rules
    this.#inspector = new TokenInspector(rules)
    this.scheme = dpop === null ? BEARER : dpop.required ? DPOP : Object.freeze([BEARER, DPOP])
    this.kinds = kindsOfTokens(rules.principals, rules.mapping.kind.length > 0)
    this.audiences = Object.freeze([...(rules.audiences ?? [])])
    this.risks = Object.freeze(isLoopback(rules.url) ? [LOOPBACK_RISK] : [])
    // Of its own, so that an object made of this one with `…` has it too.
    this.authenticate = (request) => this.#answer(request)
    this.recheck = (request) => this.#recheck(request)
    this.stop = () => this.#inspector.stop()
    Object.freeze(this)
  }

  #answer(request: AuthRequest): Answer | Promise<Answer> {
    const { bearer } = request
    if (bearer !== null) return this.#check(bearer, request, false)
    const bound = this.#rules.possession.dpop === null ? null : dpopToken(request)
    return bound === null ? null : this.#check(bound, request, true)
  }

  /** As the provider says now, who is asked once in a round about a token, and seldom where `maxAge` allows. */
  #recheck(request: AuthRequest): Answer | Promise<Answer> {
    const token = request.bearer ?? dpopToken(request)
    if (token === null) return null
    const judged = this.#inspector.judgeAnew(token)
    const waiting = promised(judged)
    return waiting === null ? contextIn(judged as TokenAnswer) : waiting.then(contextIn)
  }

  #check(token: string, request: AuthRequest, isDpop: boolean): Answer | Promise<Answer> {
    const judged = this.#inspector.judge(token)
    const waiting = promised(judged)
    if (waiting !== null) return waiting.then((late) => this.#admit(late, request, token, isDpop))
    return this.#admit(judged as TokenAnswer, request, token, isDpop)
  }

  /** What is asked anew for each call, of a token that is remembered too. */
  #admit(
    judged: TokenAnswer,
    request: AuthRequest,
    token: string,
    isDpop: boolean,
  ): Answer | Promise<Answer> {
    if (CredentialRefusal.is(judged)) return judged
    const { context, binding } = judged
    const refused = possessionRefusal(this.#rules.possession, binding, request, token, isDpop)
    const waiting = promised(refused)
    if (waiting !== null) return waiting.then((late) => late ?? context)
    return (refused as CredentialRefusal | null) ?? context
  }
}

function contextIn(judged: TokenAnswer): Answer {
  return CredentialRefusal.is(judged) ? judged : judged.context
}

freezeClass(IntrospectionAuthenticator)

/**
 * Authenticates opaque tokens in `Authorization: Bearer …` by asking the provider that gave them out
 * (RFC 7662). An answer is believed for `maxAge`; a provider that cannot be asked is a failure of the
 * service (503) and not of the token. `aud`, `exp` and `nbf` of the answer are checked, and `iss` where it
 * is configured; a token that is bound to a key is refused without it.
 *
 * Beside JWTs of the same header: `firstOf(jwtAuth(…), introspectionAuth(…))`.
 *
 * @throws ImproperlyConfigured for an address that is neither https nor of this machine, for no client,
 * secret or audience
 */
export function introspectionAuth(options: IntrospectionOptions): IntrospectionAuth {
  return new IntrospectionAuthenticator(readIntrospectionOptions(options))
}
