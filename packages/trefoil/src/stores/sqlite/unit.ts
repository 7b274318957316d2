import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type DialectAdapter,
  type Driver,
  Kysely,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { systemClock } from '../../base/clock.ts'
import type { Writer } from './writer.ts'

/** Words that would end the transaction which others may share, or move what they are held to. */
const OF_TRANSACTIONS =
  /^\s*(?:begin|commit|end|rollback|savepoint|release|pragma\s+(?:\w+\.)?defer_foreign_keys)\b/i

/** What is done in one transaction: kept as a whole, or not at all. */
export interface SqliteUnit<Tables> {
  /** Good until the unit ends. `db.transaction()` is a savepoint inside it. */
  readonly db: Kysely<Tables>
  readonly hasEnded: boolean
  /** Milliseconds since it has the writer for itself. */
  readonly heldFor: number
  /** Several statements in one text, as migrations are written. */
  exec(sql: string): void
  /** @throws Error when it could not be kept; then nothing of it was */
  commit(): Promise<void>
  rollback(): void
}

/** A unit that has the writer. */
export class HeldUnit<Tables> implements SqliteUnit<Tables> {
  readonly db: Kysely<Tables>
  readonly #writer: Writer
  readonly #since = systemClock.elapsed()
  #hasEnded = false

  /** @param writer whose turn has been taken */
  constructor(writer: Writer) {
    this.#writer = writer
    this.db = kyselyOver(new UnitDriver(writer, this))
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  get heldFor(): number {
    return systemClock.elapsed() - this.#since
  }

  exec(sql: string): void {
    refuseEnded(this)
    this.#writer.exec(sql)
  }

  commit(): Promise<void> {
    if (this.#hasEnded) return Promise.resolve()
    this.#hasEnded = true
    return this.#writer.commit()
  }

  rollback(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#writer.rollback()
  }
}

/** `node:sqlite` behind Kysely, with connections that our own driver hands out. */
export function kyselyOver<Tables>(driver: Driver): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createDriver: () => driver,
      createAdapter: (): DialectAdapter => new UnlockedAdapter(),
      createIntrospector: (db): DatabaseIntrospector => new SqliteIntrospector(db),
      createQueryCompiler: (): QueryCompiler => new SqliteQueryCompiler(),
    },
  })
}

/** Kysely's own lock waits for ever where a transaction uses the handle it was made from. */
class UnlockedAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }
}

/** What can be over while somebody still holds on to its handle. */
interface Ending {
  readonly hasEnded: boolean
}

class UnitDriver implements Driver {
  readonly #connection: DatabaseConnection
  readonly #unit: Ending
  readonly #writer: Writer
  #isNested = false

  constructor(writer: Writer, unit: Ending) {
    this.#writer = writer
    this.#unit = unit
    this.#connection = new HeldConnection(writer.connection, unit)
  }

  async init(): Promise<void> {}
  async destroy(): Promise<void> {}
  async releaseConnection(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    refuseEnded(this.#unit)
    return this.#connection
  }

  async beginTransaction(): Promise<void> {
    refuseEnded(this.#unit)
    if (this.#isNested) {
      throw new Error('A transaction inside the unit of work is open already: use its own handle')
    }
    this.#writer.exec('savepoint nested')
    this.#isNested = true
  }

  async commitTransaction(): Promise<void> {
    refuseEnded(this.#unit)
    this.#writer.exec('release nested')
    this.#isNested = false
  }

  async rollbackTransaction(): Promise<void> {
    this.#isNested = false
    // With the unit everything has been taken back.
    if (!this.#unit.hasEnded) this.#writer.exec('rollback to nested; release nested')
  }

  async savepoint(_: DatabaseConnection, name: string): Promise<void> {
    this.#step(`savepoint ${nested(name)}`)
  }

  async rollbackToSavepoint(_: DatabaseConnection, name: string): Promise<void> {
    this.#step(`rollback to ${nested(name)}`)
  }

  async releaseSavepoint(_: DatabaseConnection, name: string): Promise<void> {
    this.#step(`release ${nested(name)}`)
  }

  #step(sql: string): void {
    refuseEnded(this.#unit)
    this.#writer.exec(sql)
  }
}

/** Never the name of a savepoint of ours. */
function nested(name: string): string {
  return `"own ${name.replaceAll('"', '""')}"`
}

/** The writer's connection for as long as the unit has it: afterwards it is in another's transaction. */
class HeldConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection
  readonly #unit: Ending

  constructor(connection: DatabaseConnection, unit: Ending) {
    this.#connection = connection
    this.#unit = unit
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    refuseEnded(this.#unit)
    refuseControl(query.sql)
    return this.#connection.executeQuery<Row>(query)
  }

  async *streamQuery<Row>(
    query: CompiledQuery,
    chunkSize: number,
  ): AsyncGenerator<QueryResult<Row>> {
    refuseEnded(this.#unit)
    refuseControl(query.sql)
    for await (const rows of this.#connection.streamQuery<Row>(query, chunkSize)) {
      refuseEnded(this.#unit)
      yield rows
    }
  }
}

function refuseControl(sql: string): void {
  if (!OF_TRANSACTIONS.test(sql)) return
  throw new Error(
    'The transaction is that of the unit of work, which ends by itself; for a part of it write db.transaction()',
  )
}

function refuseEnded(unit: Ending): void {
  if (!unit.hasEnded) return
  throw new Error('The unit of work has ended: its database handle was used after its call')
}
