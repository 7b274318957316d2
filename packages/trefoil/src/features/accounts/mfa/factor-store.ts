import { randomUUID } from 'node:crypto'
import type { AnyDatabase } from '../../../database.ts'
import type { Clock } from '../../../index.ts'
import type { SqlRow, SqlValue } from '../../../parts.ts'
import { numberOrNull, readRows, textOrNull } from '../read-rows.ts'
import type { FactorKind, StoredFactor } from './factor.ts'

const TABLE = 'trefoil_accounts_factors'
const OF_ACCOUNT = `select * from ${TABLE} where account_id = ? order by created_at, id`
const CONFIRMED = `select * from ${TABLE} where account_id = ? and confirmed_at is not null order by created_at, id`
const BY_CREDENTIAL = `select * from ${TABLE} where credential_id = ? and confirmed_at is not null`
const INSERT = `insert into ${TABLE} (id, account_id, kind, name, key_id, secret, credential_id, public_key, counter,
  details, created_at, confirmed_at, used_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null)
  on conflict do nothing returning id`

/** What a factor is made of. */
export interface NewFactor {
  readonly accountId: string
  readonly kind: FactorKind
  readonly name: string
  /** What {@link sealFactorSecret} gave. */
  readonly sealed?: { readonly keyId: string; readonly secret: string } | null
  readonly credential?: {
    readonly credentialId: string
    readonly publicKey: string
  } | null
  readonly counter: number
  readonly details?: Readonly<Record<string, unknown>>
  /** False: it counts for nothing until {@link FactorStore.confirm}. */
  readonly isConfirmed: boolean
}

/**
 * Second factors in the app's database. What reads, reads what was committed; what writes, writes in a unit. What is
 * used once is used by one conditional statement: of all who send it at the same time one has it.
 */
export class FactorStore {
  readonly #data: AnyDatabase
  readonly #clock: Clock

  constructor(data: AnyDatabase, clock: Clock) {
    this.#data = data
    this.#clock = clock
  }

  /** Confirmed or not. */
  async ofAccount(accountId: string): Promise<readonly StoredFactor[]> {
    return (await readRows(this.#data, OF_ACCOUNT, [accountId])).map(factorOf)
  }

  /** Those that are asked for. One statement. */
  async confirmed(accountId: string): Promise<readonly StoredFactor[]> {
    return (await readRows(this.#data, CONFIRMED, [accountId])).map(factorOf)
  }

  /** As the unit sees it: for what must not remove the last one twice. */
  async confirmedIn(unit: object, accountId: string): Promise<readonly StoredFactor[]> {
    return (await this.#run(unit, CONFIRMED, [accountId])).map(factorOf)
  }

  /** Of a passkey; `null` for one that nobody has. */
  async byCredential(credentialId: string): Promise<StoredFactor | null> {
    const [row] = await readRows(this.#data, BY_CREDENTIAL, [credentialId])
    return row === undefined ? null : factorOf(row)
  }

  /** @returns its id; `null`, and nothing is kept, where the credential is somebody's */
  async add(unit: object, factor: NewFactor): Promise<string | null> {
    const { accountId, kind, name, sealed = null, credential = null, counter } = factor
    const now = this.#clock.now()
    const rows = await this.#run(unit, INSERT, [
      randomUUID(),
      accountId,
      kind,
      name,
      sealed?.keyId ?? null,
      sealed?.secret ?? null,
      credential?.credentialId ?? null,
      credential?.publicKey ?? null,
      counter,
      JSON.stringify(factor.details ?? {}),
      now,
      factor.isConfirmed ? now : null,
    ])
    return textOrNull(rows[0]?.['id'])
  }

  /**
   * Its owner has shown that it works.
   *
   * @param counter TOTP: the step that was shown, which is used by that
   * @returns false for one that is confirmed, or gone, meanwhile
   */
  async confirm(unit: object, accountId: string, id: string, counter: number): Promise<boolean> {
    return this.#did(
      unit,
      `update ${TABLE} set confirmed_at = ?, counter = ? where id = ? and account_id = ? and confirmed_at is null
        returning id`,
      [this.#clock.now(), counter, id, accountId],
    )
  }

  /**
   * Uses a step of TOTP, or a counter, that is higher than all before: the same one and older ones are refused (MFA-4).
   *
   * @param details in the place of those that it has, such as the drift; default as they are
   * @returns false where it was used, or a later one
   */
  async use(
    unit: object,
    id: string,
    counter: number,
    details: Readonly<Record<string, unknown>> | null = null,
  ): Promise<boolean> {
    return this.#did(
      unit,
      `update ${TABLE} set counter = ?, used_at = ?, details = coalesce(?, details)
        where id = ? and confirmed_at is not null and counter < ? returning id`,
      [counter, this.#clock.now(), details === null ? null : JSON.stringify(details), id, counter],
    )
  }

  /**
   * That of an authenticator that counts nothing: its counter is 0 and stays so.
   *
   * @returns false where it is gone, or has counted meanwhile
   */
  async useUncounted(unit: object, id: string): Promise<boolean> {
    return this.#did(
      unit,
      `update ${TABLE} set used_at = ? where id = ? and confirmed_at is not null and counter = 0 returning id`,
      [this.#clock.now(), id],
    )
  }

  /** The same secret under another key of the ring. Where somebody was faster nothing is changed. */
  async reseal(
    unit: object,
    id: string,
    before: string,
    sealed: { readonly keyId: string; readonly secret: string },
  ): Promise<void> {
    await this.#did(
      unit,
      `update ${TABLE} set key_id = ?, secret = ? where id = ? and key_id = ? returning id`,
      [sealed.keyId, sealed.secret, id, before],
    )
  }

  async rename(unit: object, accountId: string, id: string, name: string): Promise<boolean> {
    return this.#did(
      unit,
      `update ${TABLE} set name = ? where id = ? and account_id = ? returning id`,
      [name, id, accountId],
    )
  }

  /** @returns false where the account has none of that id (GHSA-4vcf-q4xf-f48m) */
  async remove(unit: object, accountId: string, id: string): Promise<boolean> {
    return this.#did(unit, `delete from ${TABLE} where id = ? and account_id = ? returning id`, [
      id,
      accountId,
    ])
  }

  /** Those that nobody confirmed: of several that were begun the newest is left. */
  async removeUnconfirmed(unit: object, accountId: string, kind: FactorKind): Promise<void> {
    await this.#did(
      unit,
      `delete from ${TABLE} where account_id = ? and kind = ? and confirmed_at is null returning id`,
      [accountId, kind],
    )
  }

  /**
   * All of an account, with its recovery codes and the devices that were not asked.
   *
   * @returns how many factors there were
   */
  async removeAll(unit: object, accountId: string): Promise<number> {
    for (const table of ['trefoil_accounts_recovery', 'trefoil_accounts_trusted']) {
      await this.#run(unit, `delete from ${table} where account_id = ?`, [accountId])
    }
    const text = `delete from ${TABLE} where account_id = ? returning id`
    return (await this.#run(unit, text, [accountId])).length
  }

  async #did(unit: object, text: string, values: readonly SqlValue[]): Promise<boolean> {
    return (await this.#run(unit, text, values)).length > 0
  }

  async #run(unit: object, text: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    return this.#data.statements(unit).run(text, values)
  }
}

function factorOf(row: SqlRow): StoredFactor {
  return {
    id: String(row['id']),
    accountId: String(row['account_id']),
    kind: row['kind'] === 'passkey' ? 'passkey' : 'totp',
    name: String(row['name']),
    keyId: textOrNull(row['key_id']),
    secret: textOrNull(row['secret']),
    credentialId: textOrNull(row['credential_id']),
    publicKey: textOrNull(row['public_key']),
    counter: Number(row['counter']),
    details: JSON.parse(String(row['details'])),
    createdAt: Number(row['created_at']),
    confirmedAt: numberOrNull(row['confirmed_at']),
    usedAt: numberOrNull(row['used_at']),
  }
}
