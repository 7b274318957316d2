import { type Call, Problem } from '../../../../index.ts'
import type { PendingRegistration, StoredAccount } from '../../account.ts'
import { tell } from '../../account-events.ts'
import type { AccountsHouse } from '../../accounts-house.ts'
import { accountsProblems } from '../../accounts-problems.ts'
import type { Identifier } from '../../identifier.ts'
import type { LoginTry } from '../../lockout/login-locks.ts'
import { hasTag } from './password-tag.ts'

/** What somebody signs in with, as it was sent. */
export interface PasswordLogin {
  readonly identifier: Identifier | null
  readonly password: string
  /** Of a device that signed in before; `null` for none. */
  readonly device: string | null
}

/** Somebody whose password was right. */
export interface RightPassword {
  readonly account: StoredAccount
  /** Hashed with other figures than today's. */
  readonly isOutdated: boolean
  /** Nobody could say when it was set; now it is known to be in no breach. */
  readonly isCleared: boolean
  /** Right, and not all that may be needed: `locks.entered` once somebody is let in by it; `null` where it was all. */
  readonly partial: LoginTry | null
}

/**
 * Who signs in by a password. Whoever it is, and whether there is somebody, costs the same: the same try is
 * counted, the same two statements read, one hash made (S-LOGIN-1, SW-08). Only a right password learns more.
 *
 * That of a registration which waits for its link is told so, and so is that of one which waits in vain, because the
 * address has an account: anybody can register any address, and would learn by a login which of the two it was.
 *
 * @throws Problem `login_bad_credentials`, `account_locked`, and after a right password `login_user_not_verified`,
 * `account_disabled`, `password_weak`
 */
export async function checkLogin(
  house: AccountsHouse,
  call: Call,
  { identifier, password, device }: PasswordLogin,
): Promise<RightPassword> {
  const { accounts, clock, locks, mfa, passwords } = house
  const tried = { identifier, client: call.client, device, signal: call.signal }
  const { account, isRight, isOutdated, isPending, isPartial } = await locks.attempt(
    tried,
    async () => {
      const account = await accounts.byIdentifier(identifier)
      // Asked for all the same: an address with an account and one without take as long.
      const pending = await accounts.newestPending(identifier, clock.now())
      const isPending = await isOfRegistration(house, pending, password, call.signal)
      const verdict = await passwords.verify(password, account?.password ?? null, call.signal)
      // That of a registration is a guess at the account as any other: counted, or whoever registers each of his guesses
      // first would have as many as he wants.
      const isPartial = verdict.isRight && account !== null && (await mfa.mayNeedMore(account))
      const value = { account, isPending, isPartial, ...verdict }
      return { isRight: verdict.isRight, isPartial, value }
    },
  )
  if (!isRight && isPending) throw accountsProblems.problem('login_user_not_verified')
  if (!isRight || account === null) throw accountsProblems.problem('login_bad_credentials')
  if (account.disabledAt !== null) throw accountsProblems.problem('account_disabled')
  const cleared = await isCleared(house, account, password)
  return { account, isOutdated, isCleared: cleared, partial: isPartial ? tried : null }
}

/**
 * One hash more, by the registration and the password alone and never by the account. Within the try that is counted:
 * whoever registers to have it made has as many as he has tries.
 */
async function isOfRegistration(
  { keys, passwords }: AccountsHouse,
  pending: PendingRegistration | null,
  password: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (pending === null || !hasTag(keys, pending, password)) return false
  return (await passwords.verify(password, pending.password, signal)).isRight
}

/**
 * A password that nobody could look up when it was set is looked up now: it would not have been taken then, and
 * does not open anything from now on: also where nobody can be asked the next time, or whoever has it from a breach tries until
 * the service is slow.
 */
async function isCleared(
  { accounts, data, passwords }: AccountsHouse,
  account: StoredAccount,
  password: string,
): Promise<boolean> {
  const { breachState: known, id, password: before } = account
  if (known !== 'unknown' && known !== 'breached') return false
  const state = known === 'breached' ? known : await passwords.recheck(password)
  if (state === 'breached') {
    if (known !== state && before !== null) {
      // In a unit of its own: that of the call is not committed.
      await data.unit((unit) => accounts.setBreachState(unit, id, before, state))
    }
    throw accountsProblems.problem('password_weak', {
      details: { reasons: ['breached_password'] },
      fix: 'It was found in a breach: reset it by a mail.',
    })
  }
  return state === 'clean'
}

/** Milliseconds for which a login of before is news enough, as a use of a session is. */
const MINUTE = 60_000

/**
 * What is noted of a login once it is answered: nobody waits for it, and no other login meets it. When it was, once a
 * minute: a unit of its own for each, flushed to the disk, is a good part of what a login costs beside its hash.
 */
export function noteLogin(
  house: AccountsHouse,
  call: Call,
  { account, isOutdated, isCleared }: RightPassword,
  { password, session }: { readonly password: string; readonly session: string | null },
): void {
  const { accounts, clock, data, passwords, values } = house
  const { lastLoginAt: last } = account
  const isKnown = last !== null && Math.abs(clock.now() - last) < MINUTE
  if (isKnown && !isOutdated && !isCleared && values.audit === null) return
  try {
    call.background(async ({ signal }) => {
      const before = account.password
      const renewed =
        isOutdated && before !== null ? await passwords.rehash(password, signal) : null
      await data.unit(async (unit) => {
        const change = { lastLoginAt: clock.now(), endsSessions: false }
        await accounts.change(unit, account.id, change, clock.now())
        // Where the password was changed meanwhile neither does anything.
        if (isCleared && before !== null) {
          await accounts.setBreachState(unit, account.id, before, 'clean')
        }
        if (renewed !== null && before !== null) {
          await accounts.rehash(unit, account.id, before, renewed)
        }
        await tell(house, unit, 'login.succeeded', account, { session, methods: ['pwd'] })
      }, signal)
    })
  } catch (error) {
    // Too much waits: a login is worth more than the note of it, and the next one makes it again.
    if (!Problem.is(error)) throw error
    call.log.warn({ account: account.id }, 'A login was not noted: too much waits')
  }
}
