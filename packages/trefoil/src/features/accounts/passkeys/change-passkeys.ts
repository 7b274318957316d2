import { type Call, type Reply, reply } from '../../../index.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import { sessionIn, tidySessions } from '../flows/password/set-password.ts'
import type { SignedIn } from '../flows/signed-in.ts'

/**
 * Changes what somebody can sign in with. In one unit: every session of before is over, its owner is told, and whoever did
 * it goes on in a new session that has shown what the one before had (MFA-6).
 *
 * @param change within the unit; what it gives stands in the answer as `passkey`
 * @returns the answer of a login
 * @throws Problem `fresh_login_required` where somebody changed the account meanwhile
 */
export async function changePasskeys(
  house: AccountsHouse,
  call: Call,
  { account, session, mode, clientId }: SignedIn,
  kind: 'passkey_added' | 'passkey_removed',
  change: (unit: object) => Promise<Readonly<Record<string, string>> | null>,
): Promise<Reply<unknown>> {
  const { accounts, clock, data, mails, mfa, sessions } = house
  const unit = await call.resolve(data.db)
  const raised = { endsSessions: true }
  const epoch = await accounts.change(unit, account.id, raised, clock.now(), account.epoch)
  if (epoch === null) throw accountsProblems.problem('fresh_login_required')
  const passkey = await change(unit)
  const { email: address, locale } = account
  if (address !== null) await mails.notice(unit, { kind, address, locale })
  const changed = { ...account, epoch }
  const answer = await sessions.begin(call, {
    account: changed,
    methods: session.methods ?? [],
    pass: mfa.keep(changed, session),
    mode,
    clientId,
    deviceToken: null,
  })
  tidySessions(house, call, unit, account, sessionIn(answer))
  return passkey === null ? answer : reply({ ...Object(answer.value), passkey }, answer.options)
}
