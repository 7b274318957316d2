import { createHmac, createSecretKey } from 'node:crypto'
import type { KeyRing } from '../../../auth.ts'
import type { Call, Problem } from '../../../index.ts'
import {
  countFailures,
  type LockoutConfig,
  type LockoutStatus,
  readLockout,
  statusOf,
} from '../../../inner.ts'
import { checkOptionNames, type OptionNames, systemClock } from '../../../parts.ts'
import type { AccountsProblem } from '../accounts-problems.ts'
import { locked } from './account-locked.ts'
import { networkName } from './lock-budgets.ts'
import { type AttemptColumn, type AttemptData, attemptsIn } from './login-attempts.ts'

/** Who is counted. One of the two at least. */
export interface AttemptKey {
  /** Id of the account; `null` where there is none. */
  readonly userId?: string | null
  /** What {@link hashAddress} gives. */
  readonly ipHash?: string | null
}

/** An attempt that was made. */
export interface LoginAttempt extends AttemptKey {
  readonly success: boolean
}

const LONGEST = 255
const KEY: OptionNames<AttemptKey> = { userId: true, ipHash: true }
const ATTEMPT: OptionNames<LoginAttempt> = { ...KEY, success: true }

/**
 * A keyed hash of the address that calls, of an IPv6 address its /64: who has no key cannot try out addresses until one
 * fits, as he can with a hash alone (SW-07).
 *
 * @param keys the current one hashes: after a rotation addresses are counted anew
 * @returns base64url, 43 characters; `null` where nobody knows the address
 */
export function hashAddress(call: Pick<Call, 'client'>, keys: KeyRing): string | null {
  const network = networkName(call.client.address)
  if (network === null) return null
  return createHmac('sha256', createSecretKey(keys.current))
    .update(`address ${network}`)
    .digest('base64url')
}

/**
 * Writes an attempt down, in a row of its own, outside the unit of work of the call: it stays, whatever the call answers
 * (SW-02). One that was right forgets what its account failed, and not what its address did.
 *
 * @param data `database()`
 * @throws Problem 503 where the database does not answer
 */
export async function recordAttempt(data: AttemptData, attempt: LoginAttempt): Promise<void> {
  const { userId, ipHash } = readKey('recordAttempt()', attempt, ATTEMPT)
  const { success } = attempt
  if (typeof success !== 'boolean')
    throw new TypeError('recordAttempt() needs success, true or false')
  if (userId === null && ipHash === null) return
  await attemptsIn(data).add(userId, ipHash, success)
}

/**
 * Where somebody stands: the account and the address are counted each for itself, and the longer lock holds. By the clock
 * of the database. It changes nothing; and two calls at the same moment may both be told that they may try: who needs
 * more than that takes `accounts()`, which reserves each try.
 *
 * @param data `database()`
 * @throws Problem 503 where the database does not answer: nobody knows then
 */
export async function getLockoutStatus(
  data: AttemptData,
  key: AttemptKey,
  config?: LockoutConfig,
): Promise<LockoutStatus> {
  const values = readLockout(config)
  const { userId, ipHash } = readKey('getLockoutStatus()', key, KEY)
  const asked: readonly (readonly [AttemptColumn, string | null])[] = [
    ['user_id', userId],
    ['ip_hash', ipHash],
  ]
  let strictest = statusOf({ count: 0, last: null }, values, 0)
  for (const [column, value] of asked) {
    if (value === null) continue
    const { times, now } = await attemptsIn(data).failures(column, value)
    // Clocks differ; how long it takes does not.
    const counted = countFailures(times, values, now)
    strictest = stricter(strictest, statusOf(counted, values, now, systemClock.now()))
  }
  return strictest
}

/**
 * What a call is refused with that is locked out: 429 with `Retry-After`, code `account_locked`.
 *
 * @param status of {@link getLockoutStatus} or `computeLockout`
 */
export function accountLocked(status: LockoutStatus): Problem<AccountsProblem> {
  const until = status.nextAllowedAt?.getTime() ?? 0
  return locked(until - systemClock.now())
}

function stricter(one: LockoutStatus, other: LockoutStatus): LockoutStatus {
  const until = (status: LockoutStatus) => status.nextAllowedAt?.getTime() ?? 0
  if (until(one) !== until(other)) return until(one) > until(other) ? one : other
  return one.failureCount >= other.failureCount ? one : other
}

/**
 * @throws TypeError for what would be counted as everybody's, or as nobody's (LOCK-8)
 * @throws ImproperlyConfigured for a name that nobody reads
 */
function readKey(
  where: string,
  given: AttemptKey,
  names: OptionNames<AttemptKey>,
): Required<AttemptKey> {
  checkOptionNames(where, given, names)
  const { userId = null, ipHash = null } = given
  for (const [name, value] of Object.entries({ userId, ipHash })) {
    if (value === null) continue
    if (typeof value !== 'string' || value === '' || value.length > LONGEST) {
      throw new TypeError(`${where}: ${name} must be text of 1 to ${LONGEST} characters, or null`)
    }
  }
  return { userId, ipHash }
}
