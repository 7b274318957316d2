import type { Call } from '../../../../index.ts'
import { equalSecrets } from '../../../../parts.ts'
import type { StoredAccount } from '../../account.ts'
import type { AccountsHouse } from '../../accounts-house.ts'
import { accountsProblems } from '../../accounts-problems.ts'
import type { Challenge } from '../../challenge.ts'
import { sweepSoon } from '../../flows/sweep-soon.ts'

const PURPOSE = 'factor_code'

/** A login that waits: codes are for one, and for no other of the same account (MFA-3). */
type OfStep = { readonly id: string }

/** What was sent for a login last, over or not used: the one before it is none any more. One statement, whoever it is. */
async function newestOf(
  { challenges }: AccountsHouse,
  accountId: string,
  step: OfStep,
): Promise<Challenge | null> {
  return challenges.newest(PURPOSE, accountId, { step: step.id })
}

/** Milliseconds that are left of the pause after a code; 0 for none. A clock that was set back makes nobody wait longer. */
function pauseAfter({ clock, values }: AccountsHouse, before: Challenge | null): number {
  if (before === null) return 0
  const since = Math.abs(clock.now() - before.createdAt)
  return Math.max(0, values.mfa.emailOtp.cooldown - since)
}

/**
 * Sends a code to the mailbox of the account, or nothing where one went out just now.
 *
 * @returns milliseconds until the next one goes out
 * @throws Problem `invalid_pre_token` for an account that was changed meanwhile
 */
export async function sendMailCode(
  house: AccountsHouse,
  call: Call,
  account: StoredAccount & { readonly email: string },
  step: OfStep,
): Promise<number> {
  const { accounts, challenges, clock, data, mails, values } = house
  const { id: accountId, email, epoch } = account
  const { cooldown, ttl } = values.mfa.emailOtp
  const pause = pauseAfter(house, await newestOf(house, accountId, step))
  if (pause > 0) return pause
  const unit = await call.resolve(data.db)
  // Of many that ask at the same time each waits for the one before, and sees what that one has sent: were all to write one,
  // the code in the mail would not be the newest.
  const change = { endsSessions: false }
  if ((await accounts.change(unit, accountId, change, clock.now(), epoch)) === null) {
    throw accountsProblems.problem('invalid_pre_token')
  }
  const details = { step: step.id }
  const before = await challenges.newestIn(unit, PURPOSE, accountId, details)
  const pauseNow = pauseAfter(house, before)
  if (pauseNow > 0) return pauseNow
  await challenges.removeLike(unit, PURPOSE, accountId, details)
  const id = await challenges.issue(unit, {
    purpose: PURPOSE,
    mail: PURPOSE,
    accountId,
    address: email,
    details,
    lifetime: ttl,
  })
  await mails.challenge(unit, id)
  sweepSoon(house, call)
  return cooldown
}

/**
 * Whether digits are the code that was sent for a login. A try is counted before it is looked at, and only where a code waits:
 * whoever uses another factor uses none of them up (SW-20).
 *
 * @returns the challenge, where it is right still to be used up in the unit; `null` where none waits, or it is made
 *   with a key that this process has not got
 */
export async function findMailCode(
  house: AccountsHouse,
  accountId: string,
  step: OfStep,
  code: string,
): Promise<{ readonly challenge: Challenge; readonly isRight: boolean } | null> {
  const { challenges, values } = house
  const challenge = await newestOf(house, accountId, step)
  if (challenge === null) return null
  const mayTry = await challenges.countTry(challenge.id, PURPOSE, values.mfa.emailOtp.attempts)
  const expected = challenges.code(challenge)
  if (expected === null) return null
  return { challenge, isRight: equalSecrets(expected, code) && mayTry }
}

/** Of all who send it at the same time one has it. */
export async function useMailCode(
  { challenges }: AccountsHouse,
  unit: object,
  { id }: Challenge,
): Promise<boolean> {
  return (await challenges.consume(unit, PURPOSE, id)) !== null
}
