import { type Awaitable, isPromiseLike } from '../base/promise.ts'
import type { AuthContext } from '../contract/auth-context.ts'
import type { Call, Guard } from '../contract/call.ts'
import { type Problem, refuse } from '../contract/problem.ts'
import { quoted } from '../web/bearer.ts'

/** Asks one guard. An anonymous caller never reaches it (PW-04); a throw denies. */
export function decideGuard(guard: Guard, call: Call): Awaitable<Problem | undefined> {
  const { auth } = call
  if (auth === null) {
    return refuse('AUTHENTICATION_ERROR', { headers: { 'www-authenticate': 'Bearer' } })
  }
  const judge = (passed: unknown) => (passed === true ? undefined : denied(guard, auth, call))
  const failed = (cause: unknown) => {
    call.log.error({ error: cause, guard: guard.name, request_id: call.requestId }, 'Guard failed')
    return denied(guard, auth, call)
  }
  try {
    const answer = guard.check(auth, call)
    return isPromiseLike(answer) ? answer.then(judge, failed) : judge(answer)
  } catch (cause) {
    return failed(cause)
  }
}

function denied(guard: Guard, auth: AuthContext, call: Call): Problem {
  return refuse('ACCESS_DENIED', {
    detail: guard.denial(auth, call),
    details: { guard: guard.name, action: call.action.name },
    // Only missing scopes can be had by asking for a new token; a missing role cannot, so it
    // must not start an authorization round (RFC 6750 §3.1).
    ...(guard.scopes === undefined ? {} : { headers: scopeChallenge(guard.scopes) }),
  })
}

function scopeChallenge(scopes: readonly string[]): Readonly<Record<string, string>> {
  return {
    'www-authenticate': `Bearer error="insufficient_scope", scope=${quoted(scopes.join(' '))}`,
  }
}
