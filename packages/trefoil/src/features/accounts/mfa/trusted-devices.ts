import { randomUUID } from 'node:crypto'
import type { AnyDatabase } from '../../../database.ts'
import type { Clock } from '../../../index.ts'
import { equalSecrets, type SqlRow } from '../../../parts.ts'
import type { StoredAccount } from '../account.ts'
import type { AccountKeys } from '../account-keys.ts'
import { readRows, textOrNull } from '../read-rows.ts'
import { sweepExpired } from '../sweep-expired.ts'

const TABLE = 'trefoil_accounts_trusted'
const TOKEN =
  /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([0-9a-z]{1,11})\.([A-Za-z0-9_-]{43})$/
const LONGEST = 128

/** A device that is not asked for a second factor. Times are milliseconds since the Unix epoch. */
export interface TrustedDevice {
  readonly id: string
  /** Browser and system in few words; `null` where nothing was said. */
  readonly device: string | null
  readonly createdAt: number
  readonly expiresAt: number
}

/** What a device is trusted by. */
type Owner = Pick<StoredAccount, 'id' | 'epoch'>

/**
 * Devices whose owner said that they need not ask again. Signed, and bound to the account and its epoch: with the password,
 * or whatever else ends sessions, all of them are over. Not what the lockout knows devices by, which opens nothing:
 * another purpose, another key.
 */
export class TrustedDevices {
  readonly #data: AnyDatabase
  readonly #keys: AccountKeys
  readonly #clock: Clock
  /** Milliseconds; `false` where no device is trusted. */
  readonly #lifetime: number | false

  constructor(data: AnyDatabase, keys: AccountKeys, clock: Clock, lifetime: number | false) {
    this.#data = data
    this.#keys = keys
    this.#clock = clock
    this.#lifetime = lifetime
  }

  /**
   * @param shown what the device has, as it came; `null` for nothing
   * @param maxAge milliseconds since it was trusted; `null` for as long as it is
   */
  async isTrusted(
    account: Owner,
    shown: string | null | undefined,
    maxAge: number | null,
  ): Promise<boolean> {
    if (this.#lifetime === false || typeof shown !== 'string') return false
    const id = this.#idOf(account, shown)
    if (id === null) return false
    const now = this.#clock.now()
    const [row] = await readRows(
      this.#data,
      `select * from ${TABLE} where id = ? and account_id = ? and epoch = ? and expires_at > ?`,
      [id, account.id, account.epoch, now],
    )
    if (row === undefined) return false
    const { createdAt } = deviceOf(row)
    // A lifetime that was made shorter meanwhile holds for those of before; a clock that was set back trusts nobody longer.
    const most = Math.min(this.#lifetime, maxAge ?? Number.POSITIVE_INFINITY)
    return Math.abs(now - createdAt) < most
  }

  /**
   * @param device browser and system in few words
   * @returns what the device keeps; `null` where none is trusted
   */
  async trust(unit: object, account: Owner, device: string | null): Promise<string | null> {
    if (this.#lifetime === false) return null
    const id = randomUUID()
    const now = this.#clock.now()
    await this.#data
      .statements(unit)
      .run(`delete from ${TABLE} where account_id = ? and (epoch <> ? or expires_at <= ?)`, [
        account.id,
        account.epoch,
        now,
      ])
    await this.#data
      .statements(unit)
      .run(
        `insert into ${TABLE} (id, account_id, epoch, device, created_at, expires_at) values (?, ?, ?, ?, ?, ?)`,
        [id, account.id, account.epoch, device, now, now + this.#lifetime],
      )
    const issued = now.toString(36)
    return `${id}.${issued}.${this.#keys.mac('trusted', textOf(id, issued, account))}`
  }

  /** Those that hold, the newest first. */
  async list(account: Owner): Promise<readonly TrustedDevice[]> {
    const rows = await readRows(
      this.#data,
      `select * from ${TABLE} where account_id = ? and epoch = ? and expires_at > ? order by created_at desc, id`,
      [account.id, account.epoch, this.#clock.now()],
    )
    return rows.map(deviceOf)
  }

  /** @returns false where the account has none of that id */
  async forget(unit: object, accountId: string, id: string): Promise<boolean> {
    const rows = await this.#data
      .statements(unit)
      .run(`delete from ${TABLE} where id = ? and account_id = ? returning id`, [id, accountId])
    return rows.length > 0
  }

  async forgetAll(unit: object, accountId: string): Promise<void> {
    await this.#data.statements(unit).run(`delete from ${TABLE} where account_id = ?`, [accountId])
  }

  /** Removes those that are over, of all accounts: whoever never trusts another one leaves them behind. */
  async sweep(signal: AbortSignal): Promise<void> {
    await sweepExpired(this.#data, TABLE, this.#clock.now(), signal)
  }

  /** `null` for what no key of ours signed for this account as it is now. */
  #idOf(account: Owner, shown: string): string | null {
    if (shown.length > LONGEST) return null
    const [, id, issued, mac] = TOKEN.exec(shown) ?? []
    if (id === undefined || issued === undefined || mac === undefined) return null
    const macs = this.#keys.macs('trusted', textOf(id, issued, account))
    // All of them, so that the time taken does not tell which key it was.
    return macs.map((expected) => equalSecrets(mac, expected)).includes(true) ? id : null
  }
}

function textOf(id: string, issued: string, { id: account, epoch }: Owner): string {
  return `${id}.${issued} ${account} ${epoch}`
}

function deviceOf(row: SqlRow): TrustedDevice {
  return {
    id: String(row['id']),
    device: textOrNull(row['device']),
    createdAt: Number(row['created_at']),
    expiresAt: Number(row['expires_at']),
  }
}
