import { isPromiseLike } from '../../base/promise.ts'
import { AuthContext } from '../../contract/auth-context.ts'
import { type AuthConfig, type ReturnsRefusals, schemesOf } from '../../contract/authenticator.ts'
import { AuthenticationError, Problem, refuse } from '../../contract/problem.ts'
import type { SecurityScheme } from '../../contract/security-scheme.ts'
import { firstHeader } from '../../web/raw-headers.ts'
import { AuthRequestView } from '../auth-request.ts'
import { challengeOf } from '../challenge.ts'
import type { RunningCall } from '../running-call.ts'
import type { Stage } from '../stage.ts'

/**
 * Stage 5: the one authenticator of the surface, at most once per call (AUTH-4). Everything but
 * an `AuthContext` denies.
 */
export function identifyStage(config: AuthConfig): Stage {
  const { authenticate, onAuthenticated } = config
  const ask = (authenticate as ReturnsRefusals)['~answer'] ?? authenticate
  const denials = new Denials(schemesOf(config))
  return (call) => {
    const request = new AuthRequestView(call)
    const failed = (error: unknown) => deniedBy(error, call, denials)
    const accept = (answer: unknown) => {
      if (answer instanceof AuthenticationError) return denials.of(call, answer.reason)
      if (!AuthContext.is(answer)) return denials.of(call, null)
      call.auth = answer
      return onAuthenticated === undefined ? undefined : refine(answer)
    }
    const refine = (auth: AuthContext) => {
      const refined = onAuthenticated?.(auth, request)
      const use = (result: AuthContext | null | undefined) => {
        if (result === null || result === undefined) return undefined
        // One source of truth: a role the hook removed is gone for every guard (PW-03).
        call.auth = AuthContext.is(result) ? result : null
        return call.auth === null ? denials.of(call, null) : undefined
      }
      return isPromiseLike(refined) ? refined.then(use, failed) : use(refined)
    }
    try {
      const answer = ask(request)
      return isPromiseLike(answer) ? answer.then(accept).then(undefined, failed) : accept(answer)
    } catch (error) {
      return failed(error)
    }
  }
}

/** A thrown problem keeps its status (a lockout's 429, say); anything else is a plain denial. */
function deniedBy(error: unknown, call: RunningCall, denials: Denials): Problem {
  call.auth = null
  if (error instanceof AuthenticationError) return denials.of(call, error.reason)
  if (error instanceof Problem) return error
  call.log.error({ error, request_id: call.requestId }, 'Authenticator failed')
  return denials.of(call, null)
}

/** Reasons that are remembered; an authenticator may put anything into one. */
const REMEMBERED_REASONS = 64

/**
 * The refusals of one action: made once for each reason, because a flood of bad credentials asks
 * for the same one again and again. They are frozen, since many calls share them.
 */
class Denials {
  readonly #schemes: readonly SecurityScheme[]
  readonly #sent = new Map<string | null, Problem>()
  readonly #unsent = new Map<string | null, Problem>()

  constructor(schemes: readonly SecurityScheme[]) {
    this.#schemes = schemes
  }

  of(call: RunningCall, reason: string | null): Problem {
    const authorizationSent =
      firstHeader(call['~inbound'].rawHeaders, 'authorization') !== undefined
    const known = authorizationSent ? this.#sent : this.#unsent
    const before = known.get(reason)
    if (before !== undefined) return before
    const realm = call.app.name
    const challenge = challengeOf(this.#schemes, { realm, authorizationSent, reason })
    const headers = Object.freeze({ 'www-authenticate': challenge })
    const problem = Object.freeze(refuse('AUTHENTICATION_ERROR', { headers }))
    if (known.size < REMEMBERED_REASONS) known.set(reason, problem)
    return problem
  }
}
