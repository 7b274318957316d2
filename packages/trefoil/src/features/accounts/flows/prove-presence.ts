import { type Call, HttpError } from '../../../index.ts'
import type { StoredAccount } from '../account.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import type { Identifier } from '../identifier.ts'

/** Milliseconds for which a login stands for a password that an account does not have. */
const FRESH = 5 * 60_000

/** What its owner would type. */
export function identifierOf({ email, username }: StoredAccount): Identifier | null {
  if (email !== null) return { kind: 'email', text: email }
  return username === null ? null : { kind: 'username', text: username }
}

/**
 * A session alone may be stolen, or left open on a desk: what cannot be taken back needs the password as well, by the
 * counter that logins have (LOCK-5). An account without one needs a login of the last minutes. To be asked before the
 * unit of the call is opened.
 *
 * @throws Problem `login_bad_credentials`, `account_locked`, `fresh_login_required`
 */
export async function provePresence(
  { locks, passwords, clock }: AccountsHouse,
  call: Call,
  account: StoredAccount,
  password: string | undefined,
): Promise<void> {
  if (account.password === null) {
    const { createdAt = 0, authTime = createdAt } = call.auth?.session ?? {}
    // A login of the future is a clock that was put back, or a mistake: no proof either.
    const age = clock.now() - authTime * 1000
    if (age > FRESH || age < -FRESH) throw accountsProblems.problem('fresh_login_required')
    return
  }
  if (password === undefined) throw accountsProblems.problem('fresh_login_required')
  const { client, signal } = call
  const tried = { identifier: identifierOf(account), client, device: null, signal }
  const isRight = await locks.attempt(tried, async () => {
    const answer = await passwords.verify(password, account.password, signal)
    return { isRight: answer.isRight, value: answer.isRight }
  })
  if (!isRight) throw accountsProblems.problem('login_bad_credentials')
}

/** @throws HttpError 403: an anonymous account has nothing yet that could be proved or changed */
export function refuseAnonymous({ kind }: StoredAccount): void {
  if (kind === 'anonymous') throw new HttpError(403, 'An anonymous account registers first')
}
