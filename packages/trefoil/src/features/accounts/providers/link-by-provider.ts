import type { Call } from '../../../index.ts'
import { TransactionConflict } from '../../../parts.ts'
import { tell } from '../account-events.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import type { Arrival } from './enter-by-provider.ts'
import type { Trip } from './trips/trip-store.ts'

/**
 * Adds a way in to the account of who was signed in when the browser was sent off, and still is: neither the account
 * nor the session may have ended since.
 *
 * @throws Problem `identity_taken`, `fresh_login_required`
 */
export async function linkByProvider(
  house: AccountsHouse,
  call: Call,
  { accountId, epoch, session }: Trip,
  { provider, identity }: Pick<Arrival, 'provider' | 'identity'>,
): Promise<void> {
  const { accounts, mails, providers, sessions, data, clock } = house
  const account = accountId === null ? null : await accounts.find(accountId)
  const isOpen = account !== null && account.epoch === epoch && account.disabledAt === null
  const held = isOpen ? await sessions.list(account, null) : []
  if (account === null || !held.some(({ id }) => id === session)) {
    throw accountsProblems.problem('fresh_login_required')
  }
  await data.unit(async (unit) => {
    const change = { endsSessions: false }
    const same = await accounts.change(unit, account.id, change, clock.now(), account.epoch)
    if (same === null) throw accountsProblems.problem('fresh_login_required')
    const known = await providers.identities.findIn(unit, identity)
    if (known !== null && (await accounts.findIn(unit, known.accountId)) === null) {
      await providers.identities.remove(unit, known.accountId, known.id)
    } else if (known !== null) {
      if (known.accountId === account.id) return
      throw accountsProblems.problem('identity_taken')
    }
    if (!(await providers.identities.add(unit, identity, account.id, provider))) {
      throw new TransactionConflict('The identity was taken meanwhile')
    }
    const { email: address, locale } = account
    if (address !== null) await mails.notice(unit, { kind: 'provider_linked', address, locale })
    await tell(house, unit, 'provider.linked', account, { provider })
  }, call.signal)
}
