import { isPromiseLike } from '../../base/promise.ts'
import { AuthContext } from '../../contract/auth-context.ts'
import { type AuthConfig, schemesOf } from '../../contract/authenticator.ts'
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
  const schemes = schemesOf(config)
  return (call) => {
    const request = new AuthRequestView(call)
    const failed = (error: unknown) => deniedBy(error, call, schemes)
    const accept = (answer: unknown) => {
      if (!AuthContext.is(answer)) return denied(call, schemes, null)
      call.auth = answer
      return onAuthenticated === undefined ? undefined : refine(answer)
    }
    const refine = (auth: AuthContext) => {
      const refined = onAuthenticated?.(auth, request)
      const use = (result: AuthContext | null | undefined) => {
        if (result === null || result === undefined) return undefined
        // One source of truth: a role the hook removed is gone for every guard (PW-03).
        call.auth = AuthContext.is(result) ? result : null
        return call.auth === null ? denied(call, schemes, null) : undefined
      }
      return isPromiseLike(refined) ? refined.then(use, failed) : use(refined)
    }
    try {
      const answer = authenticate(request)
      return isPromiseLike(answer) ? answer.then(accept).then(undefined, failed) : accept(answer)
    } catch (error) {
      return failed(error)
    }
  }
}

/** A thrown problem keeps its status (a lockout's 429, say); anything else is a plain denial. */
function deniedBy(error: unknown, call: RunningCall, schemes: readonly SecurityScheme[]): Problem {
  call.auth = null
  if (error instanceof AuthenticationError) return denied(call, schemes, error.reason)
  if (error instanceof Problem) return error
  call.log.error({ error, request_id: call.requestId }, 'Authenticator failed')
  return denied(call, schemes, null)
}

function denied(
  call: RunningCall,
  schemes: readonly SecurityScheme[],
  reason: string | null,
): Problem {
  const authorization = firstHeader(call['~inbound'].rawHeaders, 'authorization')
  const challenge = challengeOf(schemes, {
    realm: call.app.name,
    authorizationSent: authorization !== undefined,
    reason,
  })
  return refuse('AUTHENTICATION_ERROR', { headers: { 'www-authenticate': challenge } })
}
