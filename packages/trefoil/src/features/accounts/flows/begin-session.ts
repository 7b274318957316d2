import type { Call, Reply } from '../../../index.ts'
import type { StoredAccount } from '../account.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import type { Identifier } from '../identifier.ts'
import type { SessionMode } from '../sessions/login-sessions.ts'

/** How somebody who came by a mailbox is signed in. */
export interface Entry {
  readonly methods: readonly string[]
  readonly mode: SessionMode
  /** What they typed; their device is known by it from now on. `null` for nothing. */
  readonly identifier: Identifier | null
}

/**
 * The end of every login that has no password: the same checks as after one. Within the unit of the call, so that who
 * was disabled or changed meanwhile does not get in.
 *
 * @throws Problem `account_disabled`, to whoever has proved that it is theirs
 */
export async function beginSession(
  { accounts, values, sessions, locks, clock }: AccountsHouse,
  call: Call,
  unit: object,
  account: StoredAccount,
  { methods, mode, identifier }: Entry,
): Promise<Reply<unknown>> {
  if (account.disabledAt !== null) throw accountsProblems.problem('account_disabled')
  await values.onLogin?.(account, call)
  const now = clock.now()
  const change = { lastLoginAt: now, endsSessions: false }
  const epoch = await accounts.change(unit, account.id, change, now, account.epoch)
  if (epoch === null) throw accountsProblems.problem('invalid_link')
  return sessions.begin(call, {
    account: { ...account, lastLoginAt: now, epoch },
    methods,
    mode,
    clientId: null,
    deviceToken: identifier === null ? null : locks.deviceToken(identifier),
  })
}
