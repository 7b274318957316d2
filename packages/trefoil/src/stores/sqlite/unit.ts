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
import type { SqlStatements } from '../../contract/ports/sql.ts'
import { savepoint } from '../sql/savepoint.ts'
import type { SqlUnit } from '../sql/sql-store.ts'
import { transactionWord } from './statements.ts'
import type { Writer } from './writer.ts'

/** A unit that has the writer. */
export class HeldUnit<Tables> implements SqlUnit<Tables> {
  readonly db: Kysely<Tables>
  readonly statements: SqlStatements
  readonly #writer: Writer
  readonly #turn: number
  readonly #driver: UnitDriver
  readonly #since = systemClock.elapsed()
  #hasEnded = false

  /** @param turn what taking the writer's turn gave */
  constructor(writer: Writer, turn: number) {
    this.#writer = writer
    this.#turn = turn
    this.#driver = new UnitDriver(writer, turn, this)
    this.db = kyselyOver(this.#driver)
    this.statements = {
      dialect: 'sqlite',
      session: writer.connection,
      run: (text, values = []) => {
        this.#driver.admit(null)
        return this.#writer.connection.run(text, values)
      },
    }
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  get heldFor(): number {
    return systemClock.elapsed() - this.#since
  }

  exec(sql: string): void {
    refuseEnded(this)
    this.#writer.refuseLost(this.#turn)
    const word = transactionWord(sql)
    if (word !== null) {
      throw new Error(
        `'${word}' is not for a unit: it is one transaction, which begins and ends by itself`,
      )
    }
    this.#writer.exec(sql)
  }

  async commit(): Promise<void> {
    if (this.#hasEnded) return
    if (this.#driver.isNested) {
      this.rollback()
      // A commit would keep what its own transaction has not committed.
      throw new Error('A transaction inside the unit of work was still open when the unit ended')
    }
    this.#hasEnded = true
    return this.#writer.commit(this.#turn)
  }

  rollback(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#writer.rollback(this.#turn)
  }
}

/** Making one is most of what a handle costs; it keeps nothing between two queries. */
const COMPILER: QueryCompiler = new SqliteQueryCompiler()

/** `node:sqlite` behind Kysely, with connections that our own driver hands out. */
export function kyselyOver<Tables>(driver: Driver): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createDriver: () => driver,
      createAdapter: (): DialectAdapter => new UnlockedAdapter(),
      createIntrospector: (db): DatabaseIntrospector => new SqliteIntrospector(db),
      createQueryCompiler: () => COMPILER,
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
  readonly #unit: Ending
  readonly #writer: Writer
  readonly #turn: number
  /** Whose transaction inside the unit is open. */
  #nested: DatabaseConnection | null = null

  constructor(writer: Writer, turn: number, unit: Ending) {
    this.#writer = writer
    this.#turn = turn
    this.#unit = unit
  }

  get isNested(): boolean {
    return this.#nested !== null
  }

  async init(): Promise<void> {}
  async destroy(): Promise<void> {}

  /** One for each who asks, so that a transaction is known by its own. */
  async acquireConnection(): Promise<DatabaseConnection> {
    const connection = new HeldConnection(this.#writer, (used) => this.admit(used))
    this.admit(connection)
    return connection
  }

  async releaseConnection(): Promise<void> {}

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    this.admit(connection)
    this.#writer.exec('savepoint nested')
    this.#nested = connection
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    this.admit(connection)
    this.#writer.exec('release nested')
    this.#nested = null
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // One that was not let in has nothing to take back; with the unit everything has been.
    if (this.#nested !== connection || this.#unit.hasEnded) return
    this.#writer.refuseLost(this.#turn)
    this.#writer.exec('rollback to nested; release nested')
    this.#nested = null
  }

  async savepoint(connection: DatabaseConnection, name: string): Promise<void> {
    this.#step(connection, `savepoint ${savepoint(name)}`)
  }

  async rollbackToSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    this.#step(connection, `rollback to ${savepoint(name)}`)
  }

  async releaseSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    this.#step(connection, `release ${savepoint(name)}`)
  }

  #step(connection: DatabaseConnection, sql: string): void {
    this.admit(connection)
    this.#writer.exec(sql)
  }

  /** @throws Error for one whose writes would be kept, or taken back, with what is not theirs */
  admit(connection: DatabaseConnection | null): void {
    refuseEnded(this.#unit)
    this.#writer.refuseLost(this.#turn)
    if (this.#nested === null || this.#nested === connection) return
    throw new Error('A transaction inside the unit of work is open: use its own handle')
  }
}

/** The writer's connection for as long as the unit has it: afterwards it is in another's transaction. */
class HeldConnection implements DatabaseConnection {
  readonly #writer: Writer
  readonly #admit: (connection: DatabaseConnection) => void

  /** @param admit throws when it may not be used */
  constructor(writer: Writer, admit: (connection: DatabaseConnection) => void) {
    this.#writer = writer
    this.#admit = admit
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    this.#admit(this)
    return this.#writer.connection.executeQuery<Row>(query)
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncGenerator<QueryResult<Row>> {
    this.#admit(this)
    for await (const rows of this.#writer.connection.streamQuery<Row>(query)) {
      this.#admit(this)
      yield rows
    }
    // Ended with its unit it would look like one that has been read to its end.
    this.#admit(this)
  }
}

function refuseEnded(unit: Ending): void {
  if (!unit.hasEnded) return
  throw new Error('The unit of work has ended: its database handle was used after its call')
}
