import { promised } from '../../base/promise.ts'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import {
  type AuthConfig,
  type ReturnsRefusals,
  schemesOf,
} from '../../contract/auth/authenticator.ts'
import type { SecurityScheme } from '../../contract/auth/security-scheme.ts'
import type { Action } from '../../contract/call/action.ts'
import type { SurfaceName } from '../../contract/call/surface-name.ts'
import { AuthenticationError, Problem, refuse } from '../../contract/problems/problem.ts'
import { firstHeader } from '../../web/raw-headers.ts'
import type { CallState } from '../call-state.ts'
import { challengeOf } from '../challenge.ts'
import type { Stage } from '../stage.ts'
import { AuthRequestView } from '../views/auth-request.ts'

/**
 * The one authenticator of the surface, at most once per call (AUTH-4). Everything but an
 * `AuthContext` denies.
 */
export function identifyStage(
  action: Action,
  config: AuthConfig | undefined,
  surface: SurfaceName,
): Stage | null {
  if (config === undefined || action.public[surface]) return null
  const { authenticate, onAuthenticated } = config
  const ask = (authenticate as ReturnsRefusals)['~answer'] ?? authenticate
  const denials = new Denials(schemesOf(config))
  return (state) => {
    const request = new AuthRequestView(state)
    const failed = (error: unknown) => deniedBy(error, state, denials)
    const accept = (answer: unknown) => {
      // After the deadline no hook of the developer's may start (FND-16).
      if (state.ended) return undefined
      if (isAuthenticationError(answer)) return denials.of(state, reasonOf(answer))
      if (!AuthContext.is(answer)) return denials.of(state, null)
      if (onAuthenticated !== undefined) return refine(answer)
      state.auth = answer
      return undefined
    }
    const refine = (auth: AuthContext) => {
      const refined = onAuthenticated?.(auth, request)
      const use = (result: AuthContext | null | undefined) => {
        if (state.ended) return undefined
        if (result === null || result === undefined) {
          state.auth = auth
          return undefined
        }
        // One source of truth: a role the hook removed is gone for every guard (PW-03).
        if (!AuthContext.is(result)) return denials.of(state, null)
        state.auth = result
        return undefined
      }
      const waiting = promised(refined)
      return waiting === null ? use(refined as AuthContext | null) : waiting.then(use, failed)
    }
    try {
      const answer = ask(request)
      const waiting = promised<unknown>(answer)
      return waiting === null ? accept(answer) : waiting.then(accept).then(undefined, failed)
    } catch (error) {
      return failed(error)
    }
  }
}

/** A thrown problem keeps its status (a lockout's 429, say); anything else is a plain denial. */
function deniedBy(error: unknown, state: CallState, denials: Denials): Problem {
  state.auth = null
  if (isAuthenticationError(error)) return denials.of(state, reasonOf(error))
  if (Problem.is(error)) return error
  state.log.error({ err: error }, 'Authenticator failed')
  return denials.of(state, null)
}

function isAuthenticationError(value: unknown): value is AuthenticationError {
  return Problem.is(value) && value instanceof AuthenticationError
}

/** It is shown to the caller, so it is text or nothing. */
function reasonOf(error: AuthenticationError): string | null {
  try {
    const { reason } = error
    return typeof reason === 'string' ? reason : null
  } catch {
    return null
  }
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

  of(state: CallState, reason: string | null): Problem {
    const { inbound, site } = state
    const authorizationSent = firstHeader(inbound.rawHeaders, 'authorization') !== undefined
    const known = authorizationSent ? this.#sent : this.#unsent
    const before = known.get(reason)
    if (before !== undefined) return before
    const realm = site.app.name
    const challenge = challengeOf(this.#schemes, { realm, authorizationSent, reason })
    const headers = Object.freeze({ 'www-authenticate': challenge })
    const problem = refuse('AUTHENTICATION_ERROR', { headers })
    if (known.size < REMEMBERED_REASONS) known.set(reason, problem)
    return problem
  }
}
