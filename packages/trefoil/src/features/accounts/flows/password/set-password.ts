import { type Call, metaOf, Problem, type Reply } from '../../../../index.ts'
import type { PasswordFlow } from '../../../../inner.ts'
import type { StoredAccount } from '../../account.ts'
import type { AccountsHouse } from '../../accounts-house.ts'
import type { NewPassword } from '../../passwords/password-gate.ts'

/** Hashes a password that somebody of this account chose. */
export function acceptFor(
  { passwords }: AccountsHouse,
  call: Call,
  { email, username }: Pick<StoredAccount, 'email' | 'username'>,
  password: string,
  flow: PasswordFlow,
): Promise<NewPassword> {
  const context = [email, username].filter((word) => word !== null)
  return passwords.accept(password, { flow, context, signal: call.signal })
}

/**
 * Sets a password: with the same commit every session of before is over, and so is whatever was sent to the mailbox.
 * The mailbox is told, so that its owner hears of what he has not done.
 *
 * @param account as it was read: one that was changed since is left as it is
 * @returns the epoch of sessions from now on; `null` where the account was changed, or is no more
 */
export async function setPassword(
  house: AccountsHouse,
  unit: object,
  account: StoredAccount,
  password: NewPassword,
): Promise<number | null> {
  const { accounts, challenges, clock, mails } = house
  const change = { password, endsSessions: true }
  const epoch = await accounts.change(unit, account.id, change, clock.now(), account.epoch)
  if (epoch === null) return null
  await challenges.removeOfAccount(unit, account.id)
  const { email: address, locale } = account
  if (address !== null) await mails.notice(unit, { kind: 'password_changed', address, locale })
  return epoch
}

/** Once it is committed, what is left of the sessions of before is put away. They are dead already. */
export function tidySessions(
  { data, sessions }: AccountsHouse,
  call: Call,
  unit: object,
  account: Pick<StoredAccount, 'id' | 'tenant'>,
  except: string | null,
): void {
  data.afterCommit(unit, () => {
    sessions.endAll(account, except).catch((error: unknown) => {
      call.log.warn(
        { account: account.id, code: Problem.is(error) ? error.code : 'unknown' },
        'Sessions that are over were not put away',
      )
    })
  })
}

/** Id of the session that an answer of `sessions.begin` carries; `null` where it does not say. */
export function sessionIn(answer: Reply<unknown>): string | null {
  const id = metaOf(answer)?.['session']
  return typeof id === 'string' ? id : null
}
