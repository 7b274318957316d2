import { promised } from '../../base/promise.ts'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import type { AuthEntry } from '../../contract/auth/authenticator.ts'
import type { ChallengeExtras } from '../../contract/auth/challenge-extras.ts'
import { CredentialRefusal, refusal } from '../../contract/auth/refusal.ts'
import { isRefusalCode } from '../../contract/auth/refusal-code.ts'
import { widened } from '../../contract/auth/widened.ts'
import type { Action } from '../../contract/call/action.ts'
import type { SurfaceName } from '../../contract/call/surface-name.ts'
import { AuthenticationError, Problem, refuse } from '../../contract/problems/problem.ts'
import type { CallState } from '../call-state.ts'
import { Denials } from '../denials.ts'
import type { Stage } from '../stage.ts'
import { AuthRequestView } from '../views/auth-request.ts'
import { isFor, isOfKeys } from './audience.ts'

/**
 * The one authenticator of the surface, at most once per call (AUTH-4). Everything but an
 * `AuthContext` ends the call, on every surface and method in one form (FND-36):
 *
 * - a token for another audience than this resource, or for none: it was given to somebody else, who may
 *   pass it on (RFC 8707; the confused deputy)
 * - no credential, a bad one, and whatever is no answer: 401 with a challenge
 * - a problem that was thrown (a lockout's 429, say): that problem
 * - anything else that was thrown: 503, because it says nothing about the credential. A 401 would
 *   make clients throw good tokens away while a database is down.
 */
export function identifyStage(
  action: Action,
  entry: AuthEntry | undefined,
  surface: SurfaceName,
  audience: string | null = null,
): Stage | null {
  if (entry === undefined || action.public[surface]) return null
  const { name, authenticate, onAuthenticated, kinds, widens } = entry
  const denials = new Denials(entry.schemes, entry.missing)
  // What most apps have: nobody else judges whom the authenticator knows.
  const isLastWord = kinds === null && audience === null && onAuthenticated === null
  const takesKeys = entry.schemes.some(isOfKeys)
  return (state) => {
    const request = new AuthRequestView(state)
    let answer: unknown
    let thrown: { readonly error: unknown } | null = null
    try {
      answer = authenticate(request)
    } catch (error) {
      thrown = { error }
    }
    if (isLastWord && thrown === null && AuthContext.is(answer) && !state.ended) {
      state.auth = answer
      return undefined
    }
    return judged(state, request, answer, thrown)
  }

  function judged(
    state: CallState,
    request: AuthRequestView,
    answer: unknown,
    thrown: { readonly error: unknown } | null,
  ): ReturnType<Stage> {
    const failed = (error: unknown) => ended(state, endOf(state, error, `'${name}'`))
    const accept = (answer: unknown) => {
      // After the deadline no hook of the developer's may start (FND-16).
      if (state.ended) return undefined
      if (AuthContext.is(answer)) {
        if (kinds !== null && !kinds.has(answer.kind)) {
          return mistaken(
            state,
            `Authenticator '${name}' gave a caller of a kind that its kinds do not name`,
          )
        }
        if (audience !== null && !isFor(answer, request, audience, takesKeys)) {
          return ended(state, refusedWith(state, OTHER_AUDIENCE, `'${name}'`))
        }
        if (onAuthenticated !== null) return refine(answer)
        state.auth = answer
        return undefined
      }
      if (answer === null) return ended(state, denials.of(state, null))
      return ended(state, refusedWith(state, answer, `'${name}'`))
    }
    const failedRefining = (error: unknown) =>
      ended(state, endOf(state, error, `onAuthenticated of '${name}'`))
    const refine = (auth: AuthContext) => {
      const use = (result: unknown) => {
        if (state.ended) return undefined
        if (result === null || result === undefined) {
          state.auth = auth
          return undefined
        }
        // One source of truth: a role the hook removed is gone for every guard (PW-03).
        if (AuthContext.is(result)) {
          const more = widens ? null : widened(auth, result)
          if (more !== null) {
            return mistaken(
              state,
              `onAuthenticated of '${name}' gave more than the credential does: ${more}. Write widens: true if that is meant`,
            )
          }
          state.identified = auth
          state.auth = result
          return undefined
        }
        return ended(state, refusedWith(state, result, `onAuthenticated of '${name}'`))
      }
      try {
        const refined = onAuthenticated?.(auth, request)
        const waiting = promised<unknown>(refined)
        return waiting === null ? use(refined) : waiting.then(use).then(undefined, failedRefining)
      } catch (error) {
        return failedRefining(error)
      }
    }
    if (thrown !== null) return failed(thrown.error)
    try {
      const waiting = promised<unknown>(answer)
      return waiting === null ? accept(answer) : waiting.then(accept).then(undefined, failed)
    } catch (error) {
      return failed(error)
    }
  }

  /** Everything that lets nobody in: a refusal, returned or thrown, or no answer at all. */
  function refusedWith(state: CallState, answer: unknown, who: string): Problem {
    const refusal = refusalOf(answer)
    if (refusal !== null) {
      state.refusal = refusal.code
      return denials.of(state, refusal.text, refusal.extras)
    }
    state.log.error(
      { authenticator: name, answered: kindOf(answer) },
      `Authenticator ${who} gave no answer: return an AuthContext, refusal(code), or null`,
    )
    return denials.of(state, null)
  }

  function endOf(state: CallState, error: unknown, who: string): Problem {
    // Whoever waited has been told; the rest is said where late failures are.
    if (state.ended) throw error
    if (refusalOf(error) !== null) return refusedWith(state, error, who)
    if (Problem.is(error)) {
      return statusOf(error) === 401 ? denied401(state) : error
    }
    // The one line of this call: what the record has beside it is that the service failed.
    state.logged = { error }
    state.log.error({ err: error, authenticator: name }, `Authenticator ${who} failed`)
    return UNAVAILABLE
  }

  /** A mistake in the app: nobody gets in by it, and no good token is thrown away because of it. */
  function mistaken(state: CallState, message: string): Problem {
    // The one line of this call.
    state.logged = { error: message }
    state.log.error({ authenticator: name }, message)
    return ended(state, UNAVAILABLE)
  }

  /** A 401 in other words: without a challenge no client would know what to do about it. */
  function denied401(state: CallState): Problem {
    state.refusal = 'refused'
    return denials.of(state, null)
  }
}

const OTHER_AUDIENCE = refusal('wrong_audience')

/** Seconds. What it waits for, a database or another service, is seldom back sooner. */
const RETRY_AFTER = '5'

/** Of a failed authenticator; one for all, since it says nothing of the failure. */
const UNAVAILABLE: Problem = refuse('authenticator_unavailable', {
  headers: { 'retry-after': RETRY_AFTER },
  details: { retryable: true },
})

function ended(state: CallState, problem: Problem): Problem {
  state.auth = null
  state.isUnidentified = true
  return problem
}

/** What was wrong with a credential; its text is shown to the caller, so it is text or nothing. */
function refusalOf(value: unknown): {
  readonly code: string
  readonly text: string | null
  readonly extras: ChallengeExtras | null
} | null {
  if (CredentialRefusal.is(value)) return value
  if (!Problem.is(value)) return null
  try {
    if (!(value instanceof AuthenticationError)) return null
    const { reason, refusal } = value
    return {
      code: isRefusalCode(refusal) ? refusal : 'refused',
      text: typeof reason === 'string' ? reason : null,
      extras: null,
    }
  } catch {
    return { code: 'refused', text: null, extras: null }
  }
}

function statusOf(problem: Problem): unknown {
  try {
    return problem.status
  } catch {
    return null
  }
}

/** Not the value: it may hold a credential (FND-38). */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : typeof value
}
