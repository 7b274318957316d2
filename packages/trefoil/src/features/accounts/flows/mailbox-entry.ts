import { randomUUID } from 'node:crypto'
import type { Call } from '../../../index.ts'
import type { StoredAccount } from '../account.ts'
import { tell } from '../account-events.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import type { Challenge } from '../challenge.ts'
import { sweepSoon } from './sweep-soon.ts'

const LIFETIME = 10 * 60_000

/**
 * Sends a mailbox what signs in. The same statements and the same job for an address that somebody has and for one
 * that nobody has (ENUM-3); what nobody may use is never sent.
 *
 * @returns id of the challenge
 */
export async function issueEntry(
  house: AccountsHouse,
  call: Call,
  purpose: 'magic_link' | 'email_code',
  address: string,
): Promise<string> {
  const { accounts, challenges, mails, data, values } = house
  const account = await accounts.byIdentifier({ kind: 'email', text: address })
  const isOpen = account !== null || values.registration === 'open'
  const unit = await call.resolve(data.db)
  const id = await challenges.issue(unit, {
    purpose,
    mail: isOpen ? purpose : 'nobody',
    accountId: account?.id ?? null,
    address,
    details: { locale: account?.locale ?? null },
    lifetime: LIFETIME,
  })
  await mails.challenge(unit, id)
  sweepSoon(house, call)
  return id
}

/**
 * Where somebody new may be asked for a second factor, the account is made before, in a unit of its own: the login that
 * answers `MFA_REQUIRED` takes its unit back, and the account would be gone that the answer is about. What was sent is left as
 * it is. To be called while no unit is open.
 *
 * @param challenge whose token, or code, was right
 */
export async function admitNewcomer(
  house: AccountsHouse,
  challenge: Challenge | null,
): Promise<void> {
  const { accounts, data, mfa, values } = house
  if (!mfa.mayAskNewcomers || challenge === null || challenge.accountId !== null) return
  if (values.registration !== 'open') return
  const holder = await accounts.byIdentifier({ kind: 'email', text: challenge.address })
  if (holder === null) await data.unit((unit) => enterMailbox(house, unit, challenge))
}

/**
 * Whose mailbox was proved just now. What others began with the address is over: registrations with passwords of
 * theirs above all, which the owner of the mailbox would have made good (GHSA-qq9h-g4jm-xgf3). An account itself has
 * nothing of before: it is made by the first proof and not earlier.
 *
 * @param challenge used up, in the unit
 * @returns `null` where the address is another account's now, or the account has another address
 */
export async function enterMailbox(
  house: AccountsHouse,
  unit: object,
  { address, accountId, details }: Challenge,
): Promise<StoredAccount | null> {
  const { accounts, challenges, values, clock } = house
  await challenges.removeOfAddress(unit, address, 'verify_email')
  const account = await accounts.byEmailIn(unit, address)
  if (account !== null) {
    // Sent to one account, a link does not open the one that came in its place.
    return accountId === null || accountId === account.id ? account : null
  }
  if (accountId !== null || values.registration !== 'open') return null
  const id = randomUUID()
  const isMade = await accounts.create(unit, {
    id,
    kind: 'person',
    tenant: null,
    email: address,
    username: null,
    roles: values.defaultRoles,
    locale: details['locale'] ?? null,
    password: null,
    mfaRequired: values.mfa.defaultEnabledForNewUsers,
    now: clock.now(),
  })
  if (!isMade) return null
  await tell(house, unit, 'user.created', { id, tenant: null })
  return accounts.findIn(unit, id)
}
