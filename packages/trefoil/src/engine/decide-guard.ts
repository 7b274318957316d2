import { type Awaitable, isPromiseLike } from '../base/promise.ts'
import type { AuthContext } from '../contract/auth-context.ts'
import type { Call, Guard } from '../contract/call.ts'
import { type Problem, refuse } from '../contract/problem.ts'
import type { SecurityScheme } from '../contract/security-scheme.ts'
import { quoted } from '../web/bearer.ts'
import { challengeOf } from './challenge.ts'

/** A call that knows the ways in of its surface. */
export interface GuardedCall extends Call {
  '~schemes'(): readonly SecurityScheme[]
}

/** Asks one guard. An anonymous caller never reaches it (PW-04); a throw denies. */
export function decideGuard(guard: Guard, call: GuardedCall): Awaitable<Problem | undefined> {
  const { auth } = call
  if (auth === null) {
    const facts = { realm: call.app.name, authorizationSent: false, reason: null }
    const challenge = challengeOf(call['~schemes'](), facts)
    return refuse('AUTHENTICATION_ERROR', { headers: { 'www-authenticate': challenge } })
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

function denied(guard: Guard, auth: AuthContext, call: GuardedCall): Problem {
  return refuse('ACCESS_DENIED', {
    detail: guard.denial(auth, call),
    details: { guard: guard.name, action: call.action.name },
    // Only missing scopes can be had by asking for a new token; a missing role cannot, so it
    // must not start an authorization round (RFC 6750 §3.1). Other credentials have no scopes.
    ...(guard.scopes !== undefined && call['~schemes']().some(isToken)
      ? { headers: scopeChallenge(guard.scopes) }
      : {}),
  })
}

function isToken(scheme: SecurityScheme): boolean {
  return scheme.type === 'http' ? scheme.scheme === 'bearer' : scheme.type === 'openIdConnect'
}

function scopeChallenge(scopes: readonly string[]): Readonly<Record<string, string>> {
  return {
    'www-authenticate': `Bearer error="insufficient_scope", scope=${quoted(scopes.join(' '))}`,
  }
}
