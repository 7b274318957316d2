import type { AnyDatabase } from '../../../database.ts'
import type { Clock } from '../../../index.ts'
import { equalSecrets } from '../../../parts.ts'
import { readRows } from '../read-rows.ts'

const TABLE = 'trefoil_accounts_recovery'

/** Recovery codes of an account as they are kept: argon2id, one salt for all of them. */
export interface StoredRecovery {
  /** Any of them, which says how the others were hashed; `null` where there is none. */
  readonly like: string | null
  /** PHC texts. */
  readonly digests: readonly string[]
}

/**
 * What gets its owner in without the device. Of the codes there are hashes and nothing else; each is used by removing it,
 * in one statement: of all who send it at the same time, in whichever process, one has it (SW-19).
 */
export class RecoveryStore {
  readonly #data: AnyDatabase
  readonly #clock: Clock

  constructor(data: AnyDatabase, clock: Clock) {
    this.#data = data
    this.#clock = clock
  }

  /** As it has been committed. One statement, whoever it is. */
  async find(accountId: string): Promise<StoredRecovery> {
    const rows = await readRows(
      this.#data,
      `select salt, digest from ${TABLE} where account_id = ? order by digest`,
      [accountId],
    )
    const digests = rows.map(({ salt, digest }) => `${salt}$${digest}`)
    return { like: digests[0] ?? null, digests }
  }

  /** New ones in the place of all before, which open nothing any more (MFA-5). @param digests of `PasswordGate.digestsOf` */
  async replace(unit: object, accountId: string, digests: readonly string[]): Promise<void> {
    const statements = this.#data.statements(unit)
    await this.removeAll(unit, accountId)
    for (const digest of digests) {
      const { salt, tail } = partsOf(digest)
      await statements.run(
        `insert into ${TABLE} (account_id, digest, salt, created_at) values (?, ?, ?, ?)`,
        [accountId, tail, salt, this.#clock.now()],
      )
    }
  }

  /** @returns how many are left; `null` where it was used, or replaced, meanwhile */
  async use(unit: object, accountId: string, digest: string): Promise<number | null> {
    const statements = this.#data.statements(unit)
    const { salt, tail } = partsOf(digest)
    const used = await statements.run(
      `delete from ${TABLE} where account_id = ? and digest = ? and salt = ? returning digest`,
      [accountId, tail, salt],
    )
    if (used.length === 0) return null
    const [row] = await statements.run(
      `select count(*) as left_over from ${TABLE} where account_id = ?`,
      [accountId],
    )
    return Number(row?.['left_over'] ?? 0)
  }

  async removeAll(unit: object, accountId: string): Promise<void> {
    await this.#data.statements(unit).run(`delete from ${TABLE} where account_id = ?`, [accountId])
  }
}

/** Which of them it is, looked at as a secret is; `null` for none. */
export function digestAmong(digests: readonly string[], digest: string): string | null {
  let found: string | null = null
  for (const one of digests) if (equalSecrets(one, digest)) found = one
  return found
}

function partsOf(phc: string): { readonly salt: string; readonly tail: string } {
  const end = phc.lastIndexOf('$')
  return { salt: phc.slice(0, end), tail: phc.slice(end + 1) }
}
