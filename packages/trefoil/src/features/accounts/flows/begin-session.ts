import type { Call, Reply } from '../../../index.ts'
import type { StoredAccount } from '../account.ts'
import { tell } from '../account-events.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { type AccountsProblem, accountsProblems } from '../accounts-problems.ts'
import type { Identifier } from '../identifier.ts'
import type { SessionMode, SignIn } from '../sessions/login-sessions.ts'
import { sessionIn } from './password/set-password.ts'

/** How somebody who came by a mailbox, or a provider, is signed in. */
export interface Entry {
  readonly methods: readonly string[]
  /** When, milliseconds since the Unix epoch. Default now. */
  readonly shownAt?: number | null
  readonly mode: SessionMode
  /** By which this device is known from now on; `null` for an account that has none. */
  readonly identifier: Identifier | null
  /** What of the device there is so far; `null` for nothing. */
  readonly device: string | null
  /** For whoever was changed meanwhile. */
  readonly failure: AccountsProblem
  /** The link, or the code, that it came by; `null` for none. */
  readonly uses: NonNullable<SignIn['uses']> | null
}

/**
 * The end of every login that has no password: the same checks as after one. Within the unit of the call, so that who
 * was disabled or changed meanwhile does not get in.
 *
 * @throws Problem `account_disabled`, to whoever has proved that it is theirs
 */
export async function beginSession(
  house: AccountsHouse,
  call: Call,
  unit: object,
  account: StoredAccount,
  { methods, shownAt = null, mode, identifier, device, failure, uses }: Entry,
): Promise<Reply<unknown>> {
  const { accounts, sessions, locks, clock } = house
  if (account.disabledAt !== null) throw accountsProblems.problem('account_disabled')
  const now = clock.now()
  const change = { lastLoginAt: now, endsSessions: false }
  const epoch = await accounts.change(unit, account.id, change, now, account.epoch)
  if (epoch === null) throw accountsProblems.problem(failure)
  const answer = await sessions.begin(call, {
    account: { ...account, epoch },
    methods,
    shownAt,
    mode,
    clientId: null,
    deviceToken: identifier === null ? null : locks.deviceToken(identifier, device),
    identifier,
    uses,
  })
  await tell(house, unit, 'login.succeeded', account, { session: sessionIn(answer), methods })
  return answer
}
