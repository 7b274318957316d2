import type { RateRule } from '../../../contract/limits/rate-rule.ts'
import type { RateStanding } from '../../../contract/ports/rate-store.ts'
import { waitSeconds } from '../../../policy/rate/wait-seconds.ts'
import { setInPlace } from './header-list.ts'

/** Where a call stands in its rates, as far as it was asked. */
export interface RateState {
  readonly rateRule: RateRule | null
  readonly rateStanding: RateStanding | null
}

/** Puts the headers of a route's rates in their place. */
export type ShowRates = (headers: string[], state: RateState | null) => void

/** Headers that tell callers of rates: those of the IETF draft, the older `X-RateLimit-…`, none. */
export type RateHeaders = 'standard' | 'legacy' | 'none'

/** What of it is known before there is a call; `null` for a route that tells nothing. */
export function compileRateHeaders(
  rules: readonly RateRule[],
  style: RateHeaders,
): ShowRates | null {
  const [first] = rules
  if (first === undefined || style === 'none') return null
  return style === 'standard' ? standard(rules) : legacy(first)
}

/**
 * `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11). All policies, and the
 * limit that is nearest to its end; of a call that ended before anybody was counted, only the policies.
 * The time of a refusal is that of its `Retry-After`: until all is there again, a client that goes by the
 * draft would wait for all of it.
 */
function standard(rules: readonly RateRule[]): ShowRates {
  const policy = rules
    .map(({ name, rate }) => `"${name}";q=${rate.limit};w=${rate.period / 1000}`)
    .join(', ')
  return (headers, state) => {
    setInPlace(headers, 'ratelimit-policy', policy)
    const standing = state?.rateStanding ?? null
    if (state === null || standing === null) return
    const { allowed, remaining } = standing
    const seconds = allowed ? untilMore(standing) : waitSeconds(standing)
    setInPlace(headers, 'ratelimit', `"${state.rateRule?.name}";r=${remaining};t=${seconds}`)
  }
}

/** `X-RateLimit-Limit`, `-Remaining` and `-Reset`, which counts seconds from now (S-RL-1). */
function legacy(first: RateRule): ShowRates {
  return (headers, state) => {
    const { limit } = (state?.rateRule ?? first).rate
    setInPlace(headers, 'x-ratelimit-limit', String(limit))
    const standing = state?.rateStanding ?? null
    if (standing === null) return
    setInPlace(headers, 'x-ratelimit-remaining', String(standing.remaining))
    setInPlace(headers, 'x-ratelimit-reset', String(untilMore(standing)))
  }
}

/** Whole seconds until all of it is there again; of a millisecond that rounding made, none. */
function untilMore({ resetAfter }: RateStanding): number {
  return Math.ceil(Math.floor(resetAfter) / 1000)
}
