import { type Call, type Reply, reply } from '../../../index.ts'
import { tell } from '../account-events.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import { NEVER_KEPT } from '../flows/accepted.ts'
import { tidySessions } from '../flows/password/set-password.ts'
import type { SignedIn } from '../flows/signed-in.ts'
import type { StoredFactor } from './factor.ts'
import { useUp } from './prove-change.ts'
import type { ProvedFactor } from './second-factor-proof.ts'

/**
 * Removes a factor of whoever is signed in, and has shown it (`proveForChange`). With the commit all sessions are over but
 * this one, and its mailbox is told (MFA-6). With the last factor go the recovery codes: nothing asks for them any more.
 *
 * @returns 204, whoever carries the session how
 * @throws Problem `mfa_enforced` for the last one of somebody who has to have one, and that the policy takes, `fresh_login_required` for an account
 *   that was changed meanwhile
 */
export async function removeFactor(
  house: AccountsHouse,
  call: Call,
  { account, session }: SignedIn,
  factor: StoredFactor,
  proved: ProvedFactor | null,
): Promise<Reply<null>> {
  const { accounts, clock, data, factors, mails, mfa, recovery, sessions } = house
  const { id, email: address, locale } = account
  const takes = await mfa.takes(account, call)
  const unit = await call.resolve(data.db)
  const change = { endsSessions: true }
  const epoch = await accounts.change(unit, id, change, clock.now(), account.epoch)
  if (epoch === null) throw accountsProblems.problem('fresh_login_required')
  await useUp(unit, proved)
  if (!(await factors.remove(unit, id, factor.id))) {
    throw accountsProblems.problem('fresh_login_required')
  }
  // As the unit sees it: of two that go at the same time the second is the last.
  const left = await factors.confirmedIn(unit, id)
  if (!takes(left)) throw accountsProblems.problem('mfa_enforced')
  if (left.length === 0) await recovery.removeAll(unit, id)
  if (address !== null) await mails.notice(unit, { kind: 'factor_removed', address, locale })
  await tell(house, unit, 'factor.removed', account, { factor: factor.kind })
  data.afterCommit(unit, () => {
    sessions.keep(account, session.id, epoch).catch((err: unknown) => {
      call.log.warn({ err, account: id }, 'A session that was to stay has ended')
    })
  })
  tidySessions(house, call, unit, account, session.id)
  return reply(null, { status: 204, headers: NEVER_KEPT })
}
