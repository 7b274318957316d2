import { randomUUID } from 'node:crypto'
import type { Call } from '../../../../index.ts'
import { processEnvironment } from '../../../../parts.ts'
import type { PendingRegistration } from '../../account.ts'
import { tell } from '../../account-events.ts'
import type { AccountsHouse } from '../../accounts-house.ts'
import { accountsProblems } from '../../accounts-problems.ts'
import type { Challenge } from '../../challenge.ts'
import { readAddress, readUsername } from '../../identifier.ts'
import type { NewPassword } from '../../passwords/password-gate.ts'
import { sweepSoon } from '../sweep-soon.ts'
import { passwordTag } from './password-tag.ts'

/** Milliseconds for which the link of a registration is good. */
const VERIFY_LIFETIME: number = 24 * 60 * 60_000

/** What somebody registers with, as it was sent. */
export interface Registration {
  readonly email: string
  readonly password: string
  readonly username: string | undefined
  readonly locale: string | undefined
  /** Of the anonymous account that becomes a person's; `null` for a new one. */
  readonly accountId: string | null
}

/** The same, as it is kept. */
interface ReadRegistration {
  readonly email: string
  readonly username: string | null
  readonly locale: string | null
  readonly accountId: string | null
}

/**
 * Keeps a registration until its mailbox is proved, and sends the link there. An address that has an account
 * takes the same statements and the same job, and its mail says so: nobody else learns it (ENUM-1, SW-08).
 *
 * @throws Problem `registration_closed`, `invalid_address`, `invalid_username`, `username_taken`, `password_weak`
 */
export async function register(
  house: AccountsHouse,
  call: Call,
  given: Registration,
): Promise<void> {
  const { accounts, challenges, data, mails, passwords, values } = house
  if (values.registration === 'closed') throw accountsProblems.problem('registration_closed')
  const read = readRegistration(given, values.usernames)
  const { email, username, locale, accountId } = read
  const password = await passwords.accept(given.password, {
    flow: 'register',
    context: [email, ...(username === null ? [] : [username])],
    signal: call.signal,
  })
  const known = await accounts.byIdentifier({ kind: 'email', text: email })
  // Names are public by nature: whoever may have one may be told that it is taken.
  if (username !== null && (await isTaken(house, username, accountId))) {
    throw accountsProblems.problem('username_taken')
  }
  const unit = await call.resolve(data.db)
  if (isProvedAtOnce(house)) {
    await createAccount(house, unit, read, password)
    return
  }
  const id = await challenges.issue(unit, {
    purpose: 'verify_email',
    mail: known === null ? 'verify_email' : 'already_registered',
    accountId: known === null ? accountId : known.id,
    address: email,
    details: { username, locale, tag: passwordTag(house.keys, email, given.password) },
    // Also where it opens nothing: whoever registers and then signs in would else learn which it was.
    password,
    lifetime: VERIFY_LIFETIME,
  })
  await mails.challenge(unit, id)
  sweepSoon(house, call)
}

/** The same link once more, good for as long as it was. For an address that waits for none a job goes out that ends by itself. */
export async function sendAgain(house: AccountsHouse, call: Call, email: string): Promise<void> {
  const { accounts, clock, data, mails } = house
  const pending = await accounts.newestPending({ kind: 'email', text: email }, clock.now())
  const id = pending === null || pending.isDecoy ? randomUUID() : pending.id
  await mails.challenge(await call.resolve(data.db), id)
}

/**
 * Makes the account of a registration whose link was used, with the password of that one: others of the
 * address are over.
 *
 * @returns false where the address has an account meanwhile
 */
export async function completeRegistration(
  house: AccountsHouse,
  unit: object,
  challenge: Challenge,
): Promise<boolean> {
  const { address, details, accountId, id, password, breachState } = challenge
  const read: ReadRegistration = {
    email: address,
    username: details['username'] ?? null,
    locale: details['locale'] ?? null,
    accountId,
  }
  if (!(await createAccount(house, unit, read, { id, password, breachState }))) return false
  await house.challenges.removeOfAddress(unit, address, 'verify_email')
  return true
}

async function createAccount(
  house: AccountsHouse,
  unit: object,
  { email, username, locale, accountId }: ReadRegistration,
  password: NewPassword | Pick<PendingRegistration, 'id' | 'password' | 'breachState'>,
): Promise<boolean> {
  const { accounts, clock, values } = house
  const account = {
    kind: 'person',
    email,
    locale,
    roles: values.defaultRoles,
    password,
    mfaRequired: values.mfa.defaultEnabledForNewUsers,
  } as const
  const now = clock.now()
  const id = accountId ?? randomUUID()
  const make = (name: string | null) => {
    const named = { ...account, username: name }
    return accountId === null
      ? accounts.create(unit, { ...named, id, tenant: null, now })
      : accounts.becomePerson(unit, accountId, named, now)
  }
  // The name was free when it was asked for. Who proved a mailbox has an account, and can take another name.
  const isMade = (await make(username)) || (username !== null && (await make(null)))
  if (isMade) await tell(house, unit, 'user.created', { id, tenant: null })
  return isMade
}

/** In development alone: elsewhere anybody could have any address. */
function isProvedAtOnce({ values }: AccountsHouse): boolean {
  return values.autoVerifyInDev && processEnvironment()['TREFOIL_ENV'] === 'development'
}

async function isTaken(
  { accounts }: AccountsHouse,
  username: string,
  accountId: string | null,
): Promise<boolean> {
  const account = await accounts.byIdentifier({ kind: 'username', text: username })
  return account !== null && account.id !== accountId
}

function readRegistration(given: Registration, takesNames: boolean): ReadRegistration {
  const email = readAddress(given.email)
  if (email === null) throw accountsProblems.problem('invalid_address')
  let username: string | null = null
  // A form sends what was left empty.
  if (takesNames && given.username !== undefined && given.username !== '') {
    username = readUsername(given.username)
    if (username === null) throw accountsProblems.problem('invalid_username')
  }
  return { email, username, locale: readLocale(given.locale), accountId: given.accountId }
}

/** What is no language is none: a mail in another one is better than no account. */
function readLocale(given: string | undefined): string | null {
  if (given === undefined || given.length > 35) return null
  try {
    return Intl.getCanonicalLocales(given)[0] ?? null
  } catch {
    return null
  }
}
