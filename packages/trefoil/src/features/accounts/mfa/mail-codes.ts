import type { Call } from '../../../index.ts'
import { equalSecrets } from '../../../parts.ts'
import type { StoredAccount } from '../account.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import type { Challenge } from '../challenge.ts'
import { sweepSoon } from '../flows/sweep-soon.ts'

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

/**
 * Sends a code to the mailbox of the account, or nothing where one went out just now.
 *
 * @returns milliseconds until the next one goes out
 */
export async function sendMailCode(
  house: AccountsHouse,
  call: Call,
  { id: accountId, email }: StoredAccount & { readonly email: string },
  step: OfStep,
): Promise<number> {
  const { challenges, clock, data, mails, values } = house
  const { cooldown, ttl } = values.mfa.emailOtp
  const before = await newestOf(house, accountId, step)
  if (before !== null) {
    // A clock that was set back makes nobody wait for longer than that.
    const since = Math.abs(clock.now() - before.createdAt)
    if (since < cooldown) return cooldown - since
  }
  const unit = await call.resolve(data.db)
  const id = await challenges.issue(unit, {
    purpose: PURPOSE,
    mail: PURPOSE,
    accountId,
    address: email,
    details: { step: step.id },
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
 * @returns the challenge, still to be used up in the unit; `null` for no match
 */
export async function findMailCode(
  house: AccountsHouse,
  accountId: string,
  step: OfStep,
  code: string,
): Promise<Challenge | null> {
  const { challenges, values } = house
  const sent = await newestOf(house, accountId, step)
  if (sent === null) return null
  const mayTry = await challenges.countTry(sent.id, PURPOSE, values.mfa.emailOtp.attempts)
  const expected = challenges.code(sent)
  const isSame = equalSecrets(expected ?? '------', code)
  return isSame && mayTry && expected !== null ? sent : null
}

/** Of all who send it at the same time one has it. */
export async function useMailCode(
  { challenges }: AccountsHouse,
  unit: object,
  { id }: Challenge,
): Promise<boolean> {
  return (await challenges.consume(unit, PURPOSE, id)) !== null
}
