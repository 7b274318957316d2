import { isPromiseLike } from '../../base/promise.ts'
import { AuthContext } from '../../contract/auth-context.ts'
import type { AuthConfig } from '../../contract/authenticator.ts'
import { AuthenticationError, Problem, refuse } from '../../contract/problem.ts'
import { quoted } from '../../web/bearer.ts'
import { AuthRequestView } from '../auth-request.ts'
import type { RunningCall } from '../running-call.ts'
import type { Stage } from '../stage.ts'

/**
 * Stage 5: the one authenticator of the surface, at most once per call (AUTH-4). Everything but
 * an `AuthContext` denies.
 */
export function identifyStage(config: AuthConfig): Stage {
  const { authenticate, onAuthenticated } = config
  return (call) => {
    const request = new AuthRequestView(call)
    const failed = (error: unknown) => deniedBy(error, call, request)
    const accept = (answer: unknown) => {
      if (!AuthContext.is(answer)) return denied(request, null)
      call.auth = answer
      return onAuthenticated === undefined ? undefined : refine(answer)
    }
    const refine = (auth: AuthContext) => {
      const refined = onAuthenticated?.(auth, request)
      const use = (result: AuthContext | null | undefined) => {
        if (result === null || result === undefined) return undefined
        // One source of truth: a role the hook removed is gone for every guard (PW-03).
        call.auth = AuthContext.is(result) ? result : null
        return call.auth === null ? denied(request, null) : undefined
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
function deniedBy(error: unknown, call: RunningCall, request: AuthRequestView): Problem {
  call.auth = null
  if (error instanceof AuthenticationError) return denied(request, error.reason)
  if (error instanceof Problem) return error
  call.log.error({ error, request_id: call.requestId }, 'Authenticator failed')
  return denied(request, null)
}

/** RFC 6750 §3.1: `error` only when a credential was sent. */
function denied(request: AuthRequestView, reason: string | null): Problem {
  const sent = request.headers.has('authorization')
  const why = reason ?? 'The credential was refused'
  const challenge = sent
    ? `Bearer error="invalid_token", error_description=${quoted(why)}`
    : 'Bearer'
  return refuse('AUTHENTICATION_ERROR', { headers: { 'www-authenticate': challenge } })
}
