import { type Awaitable, promised } from '../base/promise.ts'
import type { AuthContext } from '../contract/auth/auth-context.ts'
import type { SecurityScheme } from '../contract/auth/security-scheme.ts'
import type { Call, Guard } from '../contract/call/call.ts'
import { type Problem, refuse } from '../contract/problems/problem.ts'
import { quoted } from '../web/bearer.ts'
import type { CallState } from './call-state.ts'
import { challengeOf } from './challenge.ts'

/**
 * Asks one guard. An anonymous caller never reaches it (PW-04); a throw denies.
 *
 * @param call the view of the call that the guard is shown
 */
export function decideGuard(
  guard: Guard,
  state: CallState,
  call: Call,
): Awaitable<Problem | undefined> {
  const { auth, site } = state
  if (auth === null) {
    const facts = { realm: site.app.name, authorizationSent: false, reason: null }
    const challenge = challengeOf(site.schemes, facts)
    return refuse('AUTHENTICATION_ERROR', { headers: { 'www-authenticate': challenge } })
  }
  const judge = (passed: unknown) =>
    passed === true ? undefined : denied(guard, state, auth, call)
  const failed = (err: unknown) => {
    state.log.error({ err, guard: guard.name }, 'Guard failed')
    return false
  }
  let answer: Awaitable<unknown>
  let waiting: Promise<unknown> | null = null
  try {
    answer = guard.check(auth, call)
    waiting = promised(answer)
  } catch (cause) {
    answer = failed(cause)
  }
  return waiting === null ? judge(answer) : waiting.then(undefined, failed).then(judge)
}

function denied(guard: Guard, state: CallState, auth: AuthContext, call: Call): Problem {
  const { schemes, facts } = state.site
  // Its caller has been answered: no text of the developer's is asked for any more (FND-16).
  if (state.ended) return refuse('ACCESS_DENIED')
  state.rule = guard.name
  return refuse('ACCESS_DENIED', {
    detail: denialText(guard, auth, call),
    details: { guard: guard.name, action: facts.name },
    // Only missing scopes can be had by asking for a new token; a missing role cannot, so it
    // must not start an authorization round (RFC 6750 §3.1). Other credentials have no scopes.
    ...(guard.scopes !== undefined && schemes.some(isToken)
      ? { headers: scopeChallenge(guard.scopes) }
      : {}),
  })
}

/** @throws TypeError for what is no text: no answer could be written of it (FND-5) */
function denialText(guard: Guard, auth: AuthContext, call: Call): string {
  const text: unknown = guard.denial(auth, call)
  if (typeof text === 'string') return text
  throw new TypeError(`denial() of guard '${guard.name}' must return text, got a ${typeof text}`)
}

function isToken(scheme: SecurityScheme): boolean {
  return scheme.type === 'http' ? scheme.scheme === 'bearer' : scheme.type === 'openIdConnect'
}

function scopeChallenge(scopes: readonly string[]): Readonly<Record<string, string>> {
  return {
    'www-authenticate': `Bearer error="insufficient_scope", scope=${quoted(scopes.join(' '))}`,
  }
}
