import { endsWithin } from '../../base/ends-within.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import { promised } from '../../base/promise.ts'
import type { RateRule } from '../../contract/limits/rate-rule.ts'
import type { RateDemand, RateStanding } from '../../contract/ports/rate-store.ts'
import { type Problem, refuse, shared } from '../../contract/problems/problem.ts'
import { hashedKey, isByAddress, RateKeys } from '../../policy/rate/rate-key.ts'
import { waitSeconds } from '../../policy/rate/wait-seconds.ts'
import type { CallState } from '../call-state.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { Stage, StageSite } from '../stage.ts'

/**
 * Takes a call from its counts. Those by address in `admit`, so that a flood of bad credentials is
 * refused in front of the authenticator; the others in `limits`, once it is known who calls. All of one
 * stage in one step: a call that one rate refuses takes nothing from the others.
 */
export function rateStage({ action, app }: StageSite, at: 'admit' | 'limits'): Stage | null {
  const { rates } = app
  const rules = action.rates.filter(({ per }) => (per === 'address') === (at === 'admit'))
  if (rates === null || rules.length === 0) return null
  const { store, clock } = rates
  const demanders = rules.map((rule) => demander(rule, rates))
  const [only] = demanders
  const demandsOf: (state: CallState) => readonly RateDemand[] =
    demanders.length === 1 && only !== undefined
      ? (state) => [only(state)]
      : (state) => demanders.map((demandOf) => demandOf(state))
  const judge = judged(rules)
  const failed = failing(rates)
  return (state) => {
    try {
      const answer = store.consume(demandsOf(state), clock.now())
      const waiting = promised<unknown>(answer)
      if (waiting === null) return judge(state, answer)
      return endsWithin(STORE_TIME, waiting)
        .then((inTime) => (inTime ? waiting : Promise.reject(new Error(TOO_SLOW))))
        .then((late) => (state.ended ? undefined : judge(state, late)))
        .then(undefined, (error: unknown) => failed(state, error))
    } catch (error) {
      return failed(state, error)
    }
  }
}

/** Milliseconds. Longer than any store that is well, and a call without a deadline would wait for ever. */
const STORE_TIME = 2000
const TOO_SLOW = `The store of rates gave no answer within ${STORE_TIME} ms`

/** Of a subject that its issuer made long, the store would keep as much as the issuer likes. */
const LONGEST_KEY = 256

function demander(
  { scope, per, rate }: RateRule,
  { store, keys: kept }: RateLimits,
): (state: CallState) => RateDemand {
  let keys = kept.get(scope)
  if (keys === undefined) {
    const plain = store.plainKeys === true
    // Plain keys begin with a figure.
    const finish = (key: string) =>
      plain && key.length <= LONGEST_KEY ? key : `#${hashedKey(key)}`
    keys = new RateKeys(scope, per, finish)
    kept.set(scope, keys)
  }
  return ({ auth, inbound, entrypoint }) => {
    const { address } = inbound.client
    return {
      key: keys.of({ auth, address, isLocal: entrypoint === 'local' }),
      rate,
      byAddress: isByAddress(per, auth),
    }
  }
}

/** Reads what a store answers: a refusal is a value, and what is no answer is a failure of the store. */
function judged(rules: readonly RateRule[]) {
  return (state: CallState, answer: unknown): Problem | undefined => {
    if (!Array.isArray(answer) || answer.length !== rules.length) throw new TypeError(NO_ANSWER)
    let refused: RateStanding | null = null
    for (let index = 0; index < rules.length; index++) {
      const standing = readStanding(answer[index])
      const worst: RateStanding | null = refused ?? state.rateStanding
      if (worst !== null && !isTighter(standing, worst)) continue
      state.rateRule = rules[index] as RateRule
      state.rateStanding = standing
      if (!standing.allowed) refused = standing
    }
    if (refused === null) return undefined
    state.rule = `rate:${state.rateRule?.name}`
    return exceeded(waitSeconds(refused))
  }
}

const NO_ANSWER =
  'A store of rates answers with a list of { allowed, remaining, retryAfter, resetAfter }, one for each demand'

/**
 * Each member once, and kept: a store that answers with the same object again, or with one whose members
 * change, must not write into the headers of a call what nobody has checked.
 */
function readStanding(value: unknown): RateStanding {
  if (!isRecord(value)) throw new TypeError(NO_ANSWER)
  const { allowed, remaining, retryAfter, resetAfter } = value
  if (
    typeof allowed !== 'boolean' ||
    !isAmount(remaining) ||
    !isAmount(retryAfter) ||
    !isAmount(resetAfter)
  ) {
    throw new TypeError(NO_ANSWER)
  }
  return { allowed, remaining: allowed ? Math.floor(remaining) : 0, retryAfter, resetAfter }
}

/** What is too large for an Integer in a header (RFC 9651 §3.3.1) is no count of anything. */
const BEYOND = 1e15

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < BEYOND
}

/** Whose caller has to wait longest, or may come fewest times more. */
function isTighter(left: RateStanding, right: RateStanding): boolean {
  if (!left.allowed) return right.allowed || left.retryAfter > right.retryAfter
  if (!right.allowed || left.remaining !== right.remaining) {
    return right.allowed && left.remaining < right.remaining
  }
  return left.resetAfter > right.resetAfter
}

/** By seconds: in a flood, all of them are told the same. */
const EXCEEDED: Problem[] = []
const LONGEST_SHARED = 3600

function exceeded(seconds: number): Problem {
  if (seconds > LONGEST_SHARED) return makeExceeded(seconds)
  let problem = EXCEEDED[seconds]
  if (problem === undefined) {
    problem = shared(makeExceeded(seconds))
    EXCEEDED[seconds] = problem
  }
  return problem
}

function makeExceeded(seconds: number): Problem {
  return refuse('RATE_LIMIT_EXCEEDED', {
    fix: `Wait ${seconds} seconds before retrying`,
    headers: { 'retry-after': String(seconds) },
    details: { retryable: true, retry_after_seconds: seconds },
  })
}

const UNAVAILABLE: Problem = shared(
  refuse('limits_unavailable', {
    headers: { 'retry-after': '5' },
    details: { retryable: true },
  }),
)

/** Milliseconds between two lines about a store that is gone: every call would say it again. */
const SAID_EVERY = 10_000

function failing({ failure, clock, failed }: RateLimits) {
  return (state: CallState, err: unknown): Problem | undefined => {
    if (clock.elapsed() - failed.saidAt >= SAID_EVERY) {
      failed.saidAt = clock.elapsed()
      const then = failure === 'open' ? 'calls go on uncounted' : 'calls are refused'
      state.log.error({ err }, `Rates cannot be counted; ${then}`)
    }
    if (failure === 'open' || state.ended) return undefined
    state.logged = { error: err }
    state.rule = 'rate'
    return UNAVAILABLE
  }
}
