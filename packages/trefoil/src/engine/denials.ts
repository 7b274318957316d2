import type { ChallengeExtras } from '../contract/auth/challenge-extras.ts'
import type { SecurityScheme } from '../contract/auth/security-scheme.ts'
import { type Problem, refuse } from '../contract/problems/problem.ts'
import { firstHeader } from '../web/raw-headers.ts'
import type { CallState } from './call-state.ts'
import { challengeOf } from './challenge.ts'

/** Reasons that are remembered; an authenticator may put anything into one. */
const REMEMBERED_REASONS = 64

/**
 * The 401s of one action: made once for each reason, because a flood of bad credentials asks for the
 * same one again and again. They are frozen, since many calls share them.
 */
export class Denials {
  readonly #schemes: readonly SecurityScheme[]
  readonly #missing: string | null
  readonly #sent = new Map<string | null, Problem>()
  readonly #unsent = new Map<string | null, Problem>()

  /** @param missing told to callers without a credential; `null` for nothing */
  constructor(schemes: readonly SecurityScheme[], missing: string | null) {
    this.#schemes = schemes
    this.#missing = missing
  }

  /**
   * @param reason shown to the caller; `null` for none
   * @param extras what else the authenticator says in it; it may be another thing each time
   */
  of(state: CallState, reason: string | null, extras: ChallengeExtras | null = null): Problem {
    const { inbound, site } = state
    const authorizationSent = firstHeader(inbound.rawHeaders, 'authorization') !== undefined
    if (extras !== null) {
      const facts = {
        realm: site.app.name,
        authorizationSent,
        reason,
        missing: this.#missing,
        parameters: extras.challenge,
      }
      const challenge = challengeOf(this.#schemes, facts)
      return refuse('AUTHENTICATION_ERROR', {
        headers: Object.freeze({ ...extras.headers, 'www-authenticate': challenge }),
      })
    }
    const known = authorizationSent ? this.#sent : this.#unsent
    const before = known.get(reason)
    if (before !== undefined) return before
    const realm = site.app.name
    const facts = { realm, authorizationSent, reason, missing: this.#missing }
    const challenge = challengeOf(this.#schemes, facts)
    const headers = Object.freeze({ 'www-authenticate': challenge })
    const problem = refuse('AUTHENTICATION_ERROR', { headers })
    if (known.size < REMEMBERED_REASONS) known.set(reason, problem)
    return problem
  }
}
