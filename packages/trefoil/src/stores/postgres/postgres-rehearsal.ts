import type { Kysely } from 'kysely'
import type { Awaitable } from '../../base/promise.ts'
import type { SqlStatements } from '../../contract/ports/sql.ts'
import type { SqlRehearsal, SqlUnit } from '../sql/sql-store.ts'

/** A unit that is taken back, however it ends. */
export class PostgresRehearsal<Tables> implements SqlRehearsal<Tables> {
  readonly db: Kysely<Tables>
  readonly statements: SqlStatements
  readonly #unit: SqlUnit<Tables>

  constructor(unit: SqlUnit<Tables>) {
    this.db = unit.db
    this.statements = unit.statements
    this.#unit = unit
  }

  get hasEnded(): boolean {
    return this.#unit.hasEnded
  }

  get heldFor(): number {
    return this.#unit.heldFor
  }

  exec(sql: string): Awaitable<void> {
    return this.#unit.exec(sql)
  }

  /** The server says of no transaction what it has changed. */
  changes(): null {
    return null
  }

  async commit(): Promise<void> {
    await this.#unit.rollback()
  }

  rollback(): Awaitable<void> {
    return this.#unit.rollback()
  }
}
