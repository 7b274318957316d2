import type { AnyDatabase } from '../../database.ts'
import type { Awaitable } from '../../index.ts'
import { type SqlRow, type SqlValue, TransactionConflict } from '../../parts.ts'
import type { Account, AccountAccess, PendingRegistration, StoredAccount } from './account.ts'
import type { Identifier } from './identifier.ts'
import { TABLES_OF_ACCOUNT } from './mfa/factor-tables.ts'
import type { NewPassword } from './passwords/password-gate.ts'
import { numberOrNull, readRows, textOrNull } from './read-rows.ts'

const COLUMNS = `id, kind, tenant, email, username, roles, locale, password, password_changed_at, breach_state,
  epoch, created_at, last_login_at, disabled_at, mfa_required`
const BY_ID = `select ${COLUMNS} from trefoil_accounts where id = ?`
const BY_EMAIL = `select ${COLUMNS} from trefoil_accounts where email = ?`
const BY_USERNAME = `select ${COLUMNS} from trefoil_accounts where username = ?`
const ACCESS =
  'select id, kind, tenant, roles, epoch, disabled_at from trefoil_accounts where id = ?'
const NEWEST_PENDING = `select * from trefoil_accounts_challenges where address = ? and purpose = 'verify_email'
  and expires_at > ? order by created_at desc, id desc limit 1`
const PAGE = `select ${COLUMNS} from trefoil_accounts where id > ? order by id limit ?`
const PAGE_OF_TENANT = `select ${COLUMNS} from trefoil_accounts where id > ? and tenant = ? order by id limit ?`
const CREATE = `insert into trefoil_accounts (${COLUMNS})
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning id`

const BECOME_PERSON = `update trefoil_accounts set kind = 'person', email = ?, username = ?, roles = ?, locale = ?,
  password = ?, password_changed_at = ?, breach_state = ?, mfa_required = ?, epoch = epoch + 1
  where id = ? and kind = 'anonymous' and not exists
    (select 1 from trefoil_accounts as other where other.email = ? or other.username = ?)
  returning id`
/** PostgreSQL's code for a value that somebody else has taken meanwhile. */
const TAKEN = '23505'

/** What an account is made of. */
export interface NewAccount {
  readonly id: string
  readonly kind: Account['kind']
  readonly tenant: string | null
  readonly email: string | null
  readonly username: string | null
  readonly roles: readonly string[]
  readonly locale: string | null
  /** Of a pending registration: was accepted when it was written there. */
  readonly password: NewPassword | AcceptedBefore | null
  /** Default false. */
  readonly mfaRequired?: boolean
  readonly now: number
}

/** A password that the gate accepted before, as it was kept with a pending registration. */
export type AcceptedBefore = Pick<PendingRegistration, 'id' | 'password' | 'breachState'>

/** Changes of an account; those of `epoch` end all its sessions in the same statement. */
export interface AccountChange {
  readonly kind?: Account['kind']
  readonly tenant?: string | null
  readonly email?: string
  readonly username?: string | null
  readonly roles?: readonly string[]
  readonly locale?: string | null
  readonly password?: NewPassword | AcceptedBefore | null
  readonly disabledAt?: number | null
  readonly lastLoginAt?: number
  readonly mfaRequired?: boolean
  /** True where whoever is signed in may not stay. */
  readonly endsSessions: boolean
}

/** What one account alone may have; one of the two. */
export interface Claim {
  readonly email?: string
  readonly username?: string
  /** True where whoever is signed in may not stay. */
  readonly endsSessions?: boolean
}

/** Accounts in the app's database. What reads, reads what was committed; what writes, writes in a unit. */
export class AccountStore {
  readonly #data: AnyDatabase

  constructor(data: AnyDatabase) {
    this.#data = data
  }

  async find(id: string): Promise<StoredAccount | null> {
    return storedOf((await readRows(this.#data, BY_ID, [id]))[0])
  }

  /** As the unit sees it, which on PostgreSQL is not what another has committed since. */
  async findIn(unit: object, id: string): Promise<StoredAccount | null> {
    return storedOf((await this.#data.statements(unit).run(BY_ID, [id]))[0])
  }

  /** What a session is held to. */
  async access(id: string): Promise<AccountAccess | null> {
    const [row] = await readRows(this.#data, ACCESS, [id])
    return row === undefined ? null : accessOf(row)
  }

  /** As the unit sees it. */
  async byEmailIn(unit: object, email: string): Promise<StoredAccount | null> {
    return storedOf((await this.#data.statements(unit).run(BY_EMAIL, [email]))[0])
  }

  /** One statement, whoever it is; one as well for nobody's. */
  async byIdentifier(identifier: Identifier | null): Promise<StoredAccount | null> {
    const text = identifier?.kind === 'username' ? BY_USERNAME : BY_EMAIL
    return storedOf((await readRows(this.#data, text, [identifier?.text ?? '']))[0])
  }

  /** Who registered last under an address and has not opened the link yet, also where nothing can come of it. */
  async newestPending(
    identifier: Identifier | null,
    now: number,
  ): Promise<PendingRegistration | null> {
    const [row] = await readRows(this.#data, NEWEST_PENDING, [identifier?.text ?? '', now])
    return row === undefined ? null : pendingOf(row)
  }

  /**
   * @param after id of the last one of the page before; empty for the first page
   * @param tenant those of one alone; `null` for all there are
   */
  async page(
    after: string,
    limit: number,
    tenant: string | null = null,
  ): Promise<readonly StoredAccount[]> {
    const rows =
      tenant === null
        ? await readRows(this.#data, PAGE, [after, limit])
        : await readRows(this.#data, PAGE_OF_TENANT, [after, tenant, limit])
    return rows.flatMap((row) => storedOf(row) ?? [])
  }

  /** @returns false, and nothing is kept, where the id, the address or the user name is somebody's */
  async create(unit: object, account: NewAccount): Promise<boolean> {
    const { id, kind, tenant, email, username, roles, locale, now } = account
    const password = passwordOf(account.password)
    const values: readonly SqlValue[] = [
      id,
      kind,
      tenant,
      email,
      username,
      JSON.stringify(roles),
      locale,
      password.phc,
      password.phc === null ? null : now,
      password.breachState,
      1,
      now,
      null,
      null,
      account.mfaRequired === true ? 1 : 0,
    ]
    return (await this.#data.statements(unit).run(CREATE, values)).length > 0
  }

  /**
   * An anonymous account that has proved a mailbox: it keeps its id, and whoever is signed in to it signs in anew.
   *
   * @returns false, and nothing is kept, where it is none any more, or the address or the user name is somebody's
   */
  async becomePerson(
    unit: object,
    id: string,
    person: Omit<NewAccount, 'id' | 'kind' | 'tenant' | 'now'>,
    now: number,
  ): Promise<boolean> {
    const { email, username, roles, locale } = person
    const { phc, breachState } = passwordOf(person.password)
    const rows = await orConflict(
      this.#data
        .statements(unit)
        .run(BECOME_PERSON, [
          email,
          username,
          JSON.stringify(roles),
          locale,
          phc,
          phc === null ? null : now,
          breachState,
          person.mfaRequired === true ? 1 : 0,
          id,
          email,
          username,
        ]),
    )
    return rows.length > 0
  }

  /**
   * In one statement.
   *
   * @param epoch that the account must have, where something was decided by it; `null` for any
   * @returns the epoch that it has now; `null` where there is no such account, or it has another epoch
   */
  async change(
    unit: object,
    id: string,
    change: AccountChange,
    now: number,
    epoch: number | null = null,
  ): Promise<number | null> {
    const sets: string[] = []
    const values: SqlValue[] = []
    const set = (column: string, value: SqlValue) => {
      sets.push(`${column} = ?`)
      values.push(value)
    }
    if (change.kind !== undefined) set('kind', change.kind)
    if (change.tenant !== undefined) set('tenant', change.tenant)
    if (change.email !== undefined) set('email', change.email)
    if (change.username !== undefined) set('username', change.username)
    if (change.roles !== undefined) set('roles', JSON.stringify(change.roles))
    if (change.locale !== undefined) set('locale', change.locale)
    if (change.disabledAt !== undefined) set('disabled_at', change.disabledAt)
    if (change.lastLoginAt !== undefined) set('last_login_at', change.lastLoginAt)
    if (change.mfaRequired !== undefined) set('mfa_required', change.mfaRequired ? 1 : 0)
    if (change.password !== undefined) {
      const { phc, breachState } = passwordOf(change.password)
      set('password', phc)
      set('breach_state', breachState)
      set('password_changed_at', now)
    }
    if (change.endsSessions) sets.push('epoch = epoch + 1')
    if (sets.length === 0) sets.push('epoch = epoch')
    const where = epoch === null ? 'id = ?' : 'id = ? and epoch = ?'
    const [row] = await this.#data
      .statements(unit)
      .run(`update trefoil_accounts set ${sets.join(', ')} where ${where} returning epoch`, [
        ...values,
        id,
        ...(epoch === null ? [] : [epoch]),
      ])
    return row === undefined ? null : Number(row['epoch'])
  }

  /**
   * Takes an address or a user name, in one statement.
   *
   * @param epoch that the account must have; `null` for any
   * @returns the epoch that the account has now; `null` where it is somebody else's, or there is no such account
   */
  async claim(
    unit: object,
    id: string,
    { email, username, endsSessions = false }: Claim,
    epoch: number | null = null,
  ): Promise<number | null> {
    const [column, value] = email === undefined ? ['username', username] : ['email', email]
    const [row] = await orConflict(
      this.#data.statements(unit).run(
        `update trefoil_accounts set ${column} = ?, epoch = epoch + ${endsSessions ? 1 : 0}
          where id = ? and epoch = coalesce(?, epoch)
          and not exists (select 1 from trefoil_accounts as other where other.${column} = ? and other.id <> ?)
          returning epoch`,
        [value ?? null, id, epoch, value ?? null, id],
      ),
    )
    return row === undefined ? null : Number(row['epoch'])
  }

  /** Accounts of nobody, the oldest first: nobody can come back to them. @param before milliseconds since the Unix epoch */
  async sweepAnonymous(unit: object, before: number, most: number): Promise<number> {
    const rows = await this.#data.statements(unit).run(
      `delete from trefoil_accounts where id in (select id from trefoil_accounts
        where kind = 'anonymous' and created_at < ? order by created_at limit ?) returning id`,
      [before, most],
    )
    return rows.length
  }

  /** The same password with today's figures: nobody's session ends. Where it was changed meanwhile, it stays. */
  async rehash(unit: object, id: string, before: string, password: NewPassword): Promise<void> {
    await this.#data
      .statements(unit)
      .run('update trefoil_accounts set password = ? where id = ? and password = ? returning id', [
        password.phc,
        id,
        before,
      ])
  }

  /** What was found when it was asked again. */
  async setBreachState(
    unit: object,
    id: string,
    before: string,
    state: 'clean' | 'breached',
  ): Promise<void> {
    await this.#data
      .statements(unit)
      .run(
        'update trefoil_accounts set breach_state = ? where id = ? and password = ? returning id',
        [state, id, before],
      )
  }

  /**
   * The account, its second factors, its ways in by providers and all that was sent for it.
   *
   * @param epoch that the account must have, where something was decided by it; `null` for any
   * @returns false where there is no such account, or it has another epoch: the unit is to be given up then
   */
  async remove(unit: object, id: string, epoch: number | null = null): Promise<boolean> {
    const statements = this.#data.statements(unit)
    await statements.run(
      'delete from trefoil_accounts_challenges where account_id = ? returning id',
      [id],
    )
    for (const table of TABLES_OF_ACCOUNT) {
      await statements.run(`delete from ${table} where account_id = ?`, [id])
    }
    const rows = await statements.run(
      'delete from trefoil_accounts where id = ? and epoch = coalesce(?, epoch) returning id',
      [id, epoch],
    )
    return rows.length > 0
  }
}

/**
 * Two that take one address at the same time: what the slower one has read is over, so its call is made again,
 * and finds it taken.
 */
async function orConflict<Value>(work: Awaitable<Value>): Promise<Value> {
  try {
    return await work
  } catch (error) {
    if (!isTaken(error)) throw error
    throw new TransactionConflict('The address or the user name was taken meanwhile', {
      cause: error,
    })
  }
}

function isTaken(error: unknown): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, 'code') === TAKEN
}

function passwordOf(password: NewPassword | AcceptedBefore | null): {
  readonly phc: string | null
  readonly breachState: 'clean' | 'unknown' | null
} {
  if (password === null) return { phc: null, breachState: null }
  if ('phc' in password) return password
  return { phc: password.password, breachState: password.breachState }
}

function accessOf(row: SqlRow): AccountAccess {
  return {
    id: String(row['id']),
    kind: row['kind'] === 'anonymous' ? 'anonymous' : 'person',
    tenant: textOrNull(row['tenant']),
    roles: rolesOf(row['roles']),
    epoch: Number(row['epoch']),
    disabledAt: numberOrNull(row['disabled_at']),
  }
}

function storedOf(row: SqlRow | undefined): StoredAccount | null {
  if (row === undefined) return null
  return {
    ...accessOf(row),
    email: textOrNull(row['email']),
    username: textOrNull(row['username']),
    locale: textOrNull(row['locale']),
    createdAt: Number(row['created_at']),
    lastLoginAt: numberOrNull(row['last_login_at']),
    password: textOrNull(row['password']),
    passwordChangedAt: numberOrNull(row['password_changed_at']),
    mfaRequired: Number(row['mfa_required']) === 1,
    breachState:
      row['breach_state'] === 'breached' ? 'breached' : breachStateOf(row['breach_state']),
  }
}

function pendingOf(row: SqlRow): PendingRegistration {
  const details: Readonly<Record<string, string | null>> = JSON.parse(String(row['details']))
  return {
    id: String(row['id']),
    isDecoy: row['mail'] !== 'verify_email',
    email: String(row['address']),
    username: details['username'] ?? null,
    password: textOrNull(row['password']),
    tag: details['tag'] ?? null,
    breachState: breachStateOf(row['breach_state']),
    locale: details['locale'] ?? null,
    accountId: textOrNull(row['account_id']),
    createdAt: Number(row['created_at']),
    expiresAt: Number(row['expires_at']),
  }
}

export function breachStateOf(value: unknown): 'clean' | 'unknown' | null {
  return value === 'clean' || value === 'unknown' ? value : null
}

/** Roles that nobody can read are none. */
function rolesOf(text: unknown): readonly string[] {
  const roles: unknown = JSON.parse(String(text))
  return Array.isArray(roles)
    ? Object.freeze(roles.filter((role): role is string => typeof role === 'string'))
    : []
}
