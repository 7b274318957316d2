import { randomUUID } from 'node:crypto'
import { TransactionConflict } from '../../../parts.ts'
import type { StoredAccount } from '../account.ts'
import type { AccountChange } from '../account-store.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import { readAddress, readUsername } from '../identifier.ts'
import type { StoredFactor } from '../mfa/factor.ts'
import type { SessionView } from '../sessions/login-sessions.ts'
import {
  checkOther,
  checkRank,
  checkRole,
  checkSeen,
  checkTenant,
  type Operator,
} from './operator.ts'

/** Milliseconds. */
const RESET_LIFETIME = 30 * 60_000

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Nothing else reaches a database: PostgreSQL fails on what is no text to it (SW-38). */
function isId(text: string): boolean {
  return ID.test(text)
}

/** What an operator makes an account of. */
export interface OperatorAccount {
  readonly email: string
  readonly username: string | null
  readonly tenant: string | null
  readonly roles: readonly string[]
  readonly locale: string | null
}

/** A page of accounts. */
export interface AccountPage {
  readonly accounts: readonly StoredAccount[]
  /** What the next page is asked with; `null` on the last one. */
  readonly next: string | null
}

/**
 * What operators do to accounts, by whatever way they came: each change in one unit, and whoever it concerns is
 * signed out by the same statement.
 */
export class AccountOperations {
  readonly #house: AccountsHouse

  constructor(house: AccountsHouse) {
    this.#house = house
  }

  async page(operator: Operator, after: string, limit: number): Promise<AccountPage> {
    const found = await this.#house.accounts.page(after, limit + 1, operator?.tenant ?? null)
    const accounts = found.slice(0, limit)
    return { accounts, next: found.length > limit ? (accounts.at(-1)?.id ?? null) : null }
  }

  /** @param sought id, address or user name */
  async find(operator: Operator, sought: string): Promise<StoredAccount> {
    const { accounts } = this.#house
    const email = readAddress(sought)
    const found =
      email !== null
        ? await accounts.byIdentifier({ kind: 'email', text: email })
        : isId(sought)
          ? await accounts.find(sought)
          : await this.#named(sought)
    checkSeen(operator, found)
    return found
  }

  async #named(sought: string): Promise<StoredAccount | null> {
    const username = readUsername(sought)
    if (username === null) return null
    return this.#house.accounts.byIdentifier({ kind: 'username', text: username })
  }

  /** Without a password: whoever has the mailbox sets one by a link, and nobody else ever knew it. */
  async create(unit: object, operator: Operator, given: OperatorAccount): Promise<StoredAccount> {
    const { accounts, challenges, clock, values } = this.#house
    const email = readAddress(given.email)
    if (email === null) throw accountsProblems.problem('invalid_address')
    const username = given.username === null ? null : readUsername(given.username)
    if (username === null && given.username !== null) {
      throw accountsProblems.problem('invalid_username')
    }
    const roles = [...new Set(given.roles)]
    for (const role of roles) checkRole(operator, values.roles, role)
    const tenant = given.tenant ?? operator?.tenant ?? null
    checkTenant(operator, tenant)
    const id = randomUUID()
    const account = { id, kind: 'person', tenant, email, username, roles } as const
    const mfaRequired = values.mfa.defaultEnabledForNewUsers
    const made = { ...account, locale: given.locale, password: null, mfaRequired, now: clock.now() }
    if (!(await accounts.create(unit, made))) throw accountsProblems.problem('account_exists')
    // Who began to register with this mailbox before has proved nothing (GHSA-qq9h-g4jm-xgf3).
    await challenges.removeOfAddress(unit, email, 'verify_email')
    return this.#seen(unit, operator, id)
  }

  /** Nobody of before stays, and nobody comes in. */
  async disable(unit: object, operator: Operator, id: string): Promise<StoredAccount> {
    const account = await this.#other(unit, operator, id)
    // When it was done first is what an operator wants to know later.
    if (account.disabledAt !== null) return account
    await this.#house.challenges.removeOfAccount(unit, id)
    const disabledAt = this.#house.clock.now()
    return this.#change(unit, operator, account, { disabledAt, endsSessions: true })
  }

  async enable(unit: object, operator: Operator, id: string): Promise<StoredAccount> {
    const account = await this.#other(unit, operator, id)
    if (account.disabledAt === null) return account
    return this.#change(unit, operator, account, { disabledAt: null, endsSessions: true })
  }

  async grant(unit: object, operator: Operator, id: string, role: string): Promise<StoredAccount> {
    checkRole(operator, this.#house.values.roles, role)
    const account = await this.#touched(unit, operator, id)
    if (account.roles.includes(role)) return account
    const roles = [...account.roles, role]
    return this.#change(unit, operator, account, { roles, endsSessions: true })
  }

  /** A role that no account may have any more can be taken as well. */
  async revoke(unit: object, operator: Operator, id: string, role: string): Promise<StoredAccount> {
    const account = await this.#other(unit, operator, id)
    if (!account.roles.includes(role)) return account
    const roles = account.roles.filter((one) => one !== role)
    return this.#change(unit, operator, account, { roles, endsSessions: true })
  }

  async setTenant(
    unit: object,
    operator: Operator,
    id: string,
    tenant: string | null,
  ): Promise<StoredAccount> {
    const account = await this.#other(unit, operator, id)
    checkTenant(operator, tenant)
    if (account.tenant === tenant) return account
    return this.#change(unit, operator, account, { tenant, endsSessions: true })
  }

  /** For good; its owner is told. */
  async remove(unit: object, operator: Operator, id: string): Promise<StoredAccount> {
    const account = await this.#other(unit, operator, id)
    const { accounts, mails } = this.#house
    await accounts.remove(unit, id)
    const { email: address, locale } = account
    if (address !== null) await mails.notice(unit, { kind: 'account_deleted', address, locale })
    this.#tidy(unit, account)
    return account
  }

  /**
   * A link by which whoever has it sets a password.
   *
   * @returns its challenge, in the unit
   */
  async resetChallenge(unit: object, operator: Operator, id: string): Promise<string> {
    const account = await this.#touched(unit, operator, id)
    if (account.email === null) throw accountsProblems.problem('account_without_address')
    return this.#house.challenges.issue(unit, {
      purpose: 'reset_password',
      mail: 'reset_password',
      accountId: account.id,
      address: account.email,
      lifetime: RESET_LIFETIME,
    })
  }

  async sessions(operator: Operator, sought: string): Promise<readonly SessionView[]> {
    return this.#house.sessions.list(await this.find(operator, sought), null)
  }

  /** Wrong tries at it count no more, by whatever name it was tried; those of addresses do. */
  async unlock(operator: Operator, sought: string): Promise<StoredAccount> {
    const account = await this.find(operator, sought)
    checkRank(operator, account)
    for (const kind of ['email', 'username'] as const) {
      const text = account[kind]
      if (text !== null) await this.#house.locks.forget({ kind, text })
    }
    await this.#house.locks.forgetFactor(account.id)
    return account
  }

  /** Second factors of an account, as operators see them: no secret. */
  async factors(operator: Operator, sought: string): Promise<readonly StoredFactor[]> {
    return this.#house.factors.confirmed((await this.find(operator, sought)).id)
  }

  /**
   * For whoever has lost all of them: they are removed, with recovery codes and trusted devices, and what was tried is
   * forgotten. The owner is signed out and told. Whoever has to have a factor sets one up at the next login.
   */
  async resetFactors(unit: object, operator: Operator, id: string): Promise<StoredAccount> {
    const account = await this.#other(unit, operator, id)
    const { data, factors, locks, mails } = this.#house
    await factors.removeAll(unit, id)
    const { email: address, locale } = account
    if (address !== null) await mails.notice(unit, { kind: 'factors_reset', address, locale })
    data.afterCommit(unit, () => {
      // What is left of the count ends by itself.
      locks.forgetFactor(id).catch(() => undefined)
    })
    return this.#change(unit, operator, account, { endsSessions: true })
  }

  /** By the epoch, which every process sees, and then in the stores. */
  async endSessions(unit: object, operator: Operator, id: string): Promise<StoredAccount> {
    const account = await this.#touched(unit, operator, id)
    return this.#change(unit, operator, account, { endsSessions: true })
  }

  /** What is decided by an account must be what is changed: both in the unit. */
  async #seen(unit: object, operator: Operator, id: string): Promise<StoredAccount> {
    const account = isId(id) ? await this.#house.accounts.findIn(unit, id) : null
    checkSeen(operator, account)
    return account
  }

  async #touched(unit: object, operator: Operator, id: string): Promise<StoredAccount> {
    const account = await this.#seen(unit, operator, id)
    checkRank(operator, account)
    return account
  }

  async #other(unit: object, operator: Operator, id: string): Promise<StoredAccount> {
    const account = await this.#touched(unit, operator, id)
    checkOther(operator, account)
    return account
  }

  async #change(
    unit: object,
    operator: Operator,
    account: StoredAccount,
    change: AccountChange,
  ): Promise<StoredAccount> {
    const { accounts, clock } = this.#house
    const { id, epoch } = account
    if ((await accounts.change(unit, id, change, clock.now(), epoch)) === null) {
      // Another operator was faster: what was decided was decided by roles that are no more.
      throw new TransactionConflict('The account was changed meanwhile')
    }
    this.#tidy(unit, account)
    return this.#after(unit, id, operator, change)
  }

  async #after(
    unit: object,
    id: string,
    operator: Operator,
    { tenant }: AccountChange,
  ): Promise<StoredAccount> {
    // An account that was given away is seen once more.
    const now = await this.#house.accounts.findIn(unit, id)
    checkSeen(tenant === undefined ? operator : null, now)
    return now
  }

  /** What the epoch has ended is taken out of the stores, and out of what this process remembers. */
  #tidy(unit: object, account: StoredAccount): void {
    const { data, sessions } = this.#house
    data.afterCommit(unit, () => {
      // Dead they are in any case; the sweeper takes what is left.
      sessions.endAll(account, null).catch(() => undefined)
    })
  }
}
