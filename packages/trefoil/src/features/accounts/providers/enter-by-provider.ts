import { randomUUID } from 'node:crypto'
import { TransactionConflict } from '../../../parts.ts'
import type { StoredAccount } from '../account.ts'
import { tell } from '../account-events.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import { readAddress } from '../identifier.ts'
import type { IdentityName } from './identity-store.ts'
import type { ProviderIdentity } from './oidc-client.ts'
import type { OidcProviderValues } from './provider-options.ts'

/** A provider, and who came back from it. */
export interface Arrival {
  readonly provider: string
  readonly trustsEmail: OidcProviderValues['trustsEmail']
  readonly identity: ProviderIdentity
}

/**
 * Whose account somebody comes to by a provider: that of his id there. An address counts only the first time, only
 * where the provider is trusted for it and says that it is verified, and leads only to an account that nobody but who
 * has the mailbox can have made (GHSA-g38m-r43w-p2q7). What others began with the address is over then
 * (GHSA-qq9h-g4jm-xgf3).
 *
 * @throws Problem `no_email`, `unverified_email`, `link_required`, `registration_closed`
 */
export async function enterByProvider(
  house: AccountsHouse,
  unit: object,
  { provider, trustsEmail, identity }: Arrival,
): Promise<StoredAccount> {
  const { accounts, challenges, mails, providers } = house
  const known = await providers.identities.findIn(unit, identity)
  if (known !== null) {
    const account = await accounts.findIn(unit, known.accountId)
    if (account !== null) {
      await providers.identities.used(unit, known.id)
      return account
    }
    // Its account was removed by other means; ids are never given twice, so it is nobody's.
    await providers.identities.remove(unit, known.accountId, known.id)
  }
  const email = mailboxOf(identity, trustsEmail)
  const owner = email === null ? null : await accounts.byEmailIn(unit, email)
  if (owner === null) return create(house, unit, provider, identity, email)
  const others = await providers.identities.listIn(unit, owner.id)
  if (others.some(({ issuer }) => issuer === identity.issuer)) {
    // The mailbox is somebody else's at the provider now, as when a name was given again there.
    throw accountsProblems.problem('link_required')
  }
  // A provider could undo by this what an operator did.
  if (owner.disabledAt !== null) throw accountsProblems.problem('account_disabled')
  if (email !== null) await challenges.removeOfAddress(unit, email, 'verify_email')
  await add(house, unit, identity, owner.id, provider)
  if (owner.email !== null) {
    const { email: address, locale } = owner
    await mails.notice(unit, { kind: 'provider_linked', address, locale })
  }
  await tell(house, unit, 'provider.linked', owner, { provider })
  return owner
}

async function create(
  house: AccountsHouse,
  unit: object,
  provider: string,
  identity: IdentityName,
  email: string | null,
): Promise<StoredAccount> {
  const { accounts, challenges, values, clock } = house
  if (values.registration !== 'open') throw accountsProblems.problem('registration_closed')
  if (email !== null) await challenges.removeOfAddress(unit, email, 'verify_email')
  const id = randomUUID()
  const isMade = await accounts.create(unit, {
    id,
    kind: 'person',
    tenant: null,
    email,
    username: null,
    roles: values.defaultRoles,
    locale: null,
    password: null,
    mfaRequired: values.mfa.defaultEnabledForNewUsers,
    now: clock.now(),
  })
  if (!isMade) throw taken()
  await add(house, unit, identity, id, provider)
  await tell(house, unit, 'user.created', { id, tenant: null }, { provider })
  const account = await accounts.findIn(unit, id)
  if (account === null) throw taken()
  return account
}

async function add(
  { providers }: AccountsHouse,
  unit: object,
  identity: IdentityName,
  accountId: string,
  provider: string,
): Promise<void> {
  if (!(await providers.identities.add(unit, identity, accountId, provider))) throw taken()
}

/** Two come at the same time: the slower one looks again, and finds what the faster one made. */
function taken(): TransactionConflict {
  return new TransactionConflict('The identity or the address was taken meanwhile')
}

/**
 * The address that counts; `null` where the provider is not trusted for any, or not for this one.
 *
 * @throws Problem `no_email`, `unverified_email`
 */
function mailboxOf(
  { email, isEmailVerified }: ProviderIdentity,
  trustsEmail: Arrival['trustsEmail'],
): string | null {
  if (trustsEmail === false) return null
  const address = readAddress(email)
  // U+212A becomes a k on the way to the form that is kept. Where people type an address a mail to that form proves it; at
  // the provider it was another mailbox, and its owner would come to the account of this one (GHSA-7rqj-j65f-68wh).
  const isAsProved = email?.normalize('NFC') === email
  if (address === null || !isAsProved) throw accountsProblems.problem('no_email')
  const domain = address.slice(address.lastIndexOf('@') + 1)
  if (trustsEmail !== true && !trustsEmail.includes(domain)) return null
  if (!isEmailVerified) throw accountsProblems.problem('unverified_email')
  return address
}
