import { promised } from '../../base/promise.ts'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import { CredentialRefusal, refusal } from '../../contract/auth/refusal.ts'
import { isRefusal, Problem, refuse } from '../../contract/problems/problem.ts'
import { firstHeader } from '../../web/raw-headers.ts'
import { inCall } from '../call-frame.ts'
import type { CallState } from '../call-state.ts'
import { challengeOf } from '../challenge.ts'
import { AuthRequestView } from '../views/auth-request.ts'
import type { Gone, Standing } from './lasting-calls.ts'

const EXPIRED = refusal('expired')
const REFUSED = refusal('refused')

/**
 * Asks about the caller of a call that goes on. Never throws and never rejects: what cannot be asked is
 * not known, and says nothing of the credential.
 *
 * @param came milliseconds since the Unix epoch; the call did not begin before
 */
export function standingOf(state: CallState, came: number): Standing | Promise<Standing> {
  const { entry, app } = state.site
  const { auth } = state
  if (entry === null || auth === null) return 'good'
  const known = state.identified ?? auth
  const until = (known.expiresAt ?? Number.POSITIVE_INFINITY) * 1000
  // Over before it came, it was let in by whoever goes by something else.
  if (until <= app.clock.now() && until > came) return ended(state, EXPIRED)
  if (entry.recheck === null) return 'good'
  const failed = (error: unknown): Standing => {
    if (CredentialRefusal.is(error)) return ended(state, error)
    if (Problem.is(error) && statusOf(error) === 401) return ended(state, REFUSED)
    if (!state.ended) {
      const fields = { err: error, authenticator: entry.name }
      state.log.warn(
        fields,
        `Authenticator '${entry.name}' could not say whether a caller may stay`,
      )
    }
    return 'unknown'
  }
  const use = (answer: unknown): Standing => {
    if (AuthContext.is(answer)) return 'good'
    return ended(state, CredentialRefusal.is(answer) ? answer : REFUSED)
  }
  try {
    const answer = inCall(state, () => entry.recheck?.(new AuthRequestView(state), known))
    const waiting = promised<unknown>(answer)
    return waiting === null ? use(answer) : waiting.then(use).then(undefined, failed)
  } catch (error) {
    return failed(error)
  }
}

function ended(state: CallState, { code, text, extras }: CredentialRefusal): Gone {
  const { inbound, site, hasBegun } = state
  const challenge = challengeOf(site.schemes, {
    realm: site.app.name,
    authorizationSent: firstHeader(inbound.rawHeaders, 'authorization') !== undefined,
    reason: text,
    missing: null,
    ...(extras === null ? {} : { parameters: extras.challenge }),
  })
  const headers = { ...extras?.headers, 'www-authenticate': challenge }
  if (!hasBegun) return { problem: refuse('AUTHENTICATION_ERROR', { headers }), code }
  const problem = refuse('AUTHENTICATION_ERROR', {
    headers,
    detail: 'What let the caller in ended before the call did; it may have been done',
    fix: 'Sign in again, and find out whether it was done before repeating the call.',
    details: { started: true, retryable: false },
  })
  return { problem, code }
}

function statusOf(problem: Problem): unknown {
  return isRefusal(problem) ? problem.status : null
}
