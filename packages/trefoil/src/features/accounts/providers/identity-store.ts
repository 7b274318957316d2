import { randomUUID } from 'node:crypto'
import type { AnyDatabase } from '../../../database.ts'
import type { Clock } from '../../../index.ts'
import type { SqlRow } from '../../../parts.ts'
import { numberOrNull, readRows } from '../read-rows.ts'

/** Somebody at a provider, and whose account that is here. Times are milliseconds since the Unix epoch. */
export interface Identity {
  readonly id: string
  readonly accountId: string
  /** What the app called the provider when it was linked. */
  readonly provider: string
  readonly issuer: string
  readonly subject: string
  readonly linkedAt: number
  readonly usedAt: number | null
}

/** Who it is at the provider: the id that it gave means nothing without it. */
export type IdentityName = Pick<Identity, 'issuer' | 'subject'>

const BY_NAME = 'select * from trefoil_accounts_identities where issuer = ? and subject = ?'
const OF_ACCOUNT =
  'select * from trefoil_accounts_identities where account_id = ? order by linked_at, id'
const INSERT = `insert into trefoil_accounts_identities (id, account_id, provider, issuer, subject, linked_at, used_at)
  values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning id`

/** Identities in the app's database. What reads, reads what was committed; what writes, writes in a unit. */
export class IdentityStore {
  readonly #data: AnyDatabase
  readonly #clock: Clock

  constructor(data: AnyDatabase, clock: Clock) {
    this.#data = data
    this.#clock = clock
  }

  async findIn(unit: object, { issuer, subject }: IdentityName): Promise<Identity | null> {
    const [row] = await this.#data.statements(unit).run(BY_NAME, [issuer, subject])
    return row === undefined ? null : identityOf(row)
  }

  /** Those of an account, the oldest first. */
  async list(accountId: string): Promise<readonly Identity[]> {
    return (await readRows(this.#data, OF_ACCOUNT, [accountId])).map(identityOf)
  }

  async listIn(unit: object, accountId: string): Promise<readonly Identity[]> {
    return (await this.#data.statements(unit).run(OF_ACCOUNT, [accountId])).map(identityOf)
  }

  /** @returns false, and nothing is kept, where it is somebody's already */
  async add(
    unit: object,
    { issuer, subject }: IdentityName,
    accountId: string,
    provider: string,
  ): Promise<boolean> {
    const now = this.#clock.now()
    const values = [randomUUID(), accountId, provider, issuer, subject, now, now]
    return (await this.#data.statements(unit).run(INSERT, values)).length > 0
  }

  async used(unit: object, id: string): Promise<void> {
    await this.#data
      .statements(unit)
      .run('update trefoil_accounts_identities set used_at = ? where id = ? returning id', [
        this.#clock.now(),
        id,
      ])
  }

  /** @returns false where the account has none of that id */
  async remove(unit: object, accountId: string, id: string): Promise<boolean> {
    const rows = await this.#data
      .statements(unit)
      .run('delete from trefoil_accounts_identities where id = ? and account_id = ? returning id', [
        id,
        accountId,
      ])
    return rows.length > 0
  }
}

function identityOf(row: SqlRow): Identity {
  return {
    id: String(row['id']),
    accountId: String(row['account_id']),
    provider: String(row['provider']),
    issuer: String(row['issuer']),
    subject: String(row['subject']),
    linkedAt: Number(row['linked_at']),
    usedAt: numberOrNull(row['used_at']),
  }
}
