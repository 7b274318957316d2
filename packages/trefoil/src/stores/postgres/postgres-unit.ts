import type { CompiledQuery, DatabaseConnection, Driver, Kysely, QueryResult } from 'kysely'
import { systemClock } from '../../base/clock.ts'
import type { SqlStatements } from '../../contract/ports/sql.ts'
import { TransactionConflict } from '../../contract/ports/transaction.ts'
import { savepoint } from '../sql/savepoint.ts'
import type { SqlUnit } from '../sql/sql-store.ts'
import { CommitUnknown } from '../sql/store-errors.ts'
import type { Late, PostgresConnection } from './postgres-connection.ts'
import { codeOf, isAborted, isRefusal } from './postgres-errors.ts'
import { execute, kyselyOver, stream } from './postgres-kysely.ts'
import { refuseOfConnection, transactionWord } from './statements.ts'

/** What a unit needs of the store it is of. */
export interface UnitSite {
  give(connection: PostgresConnection, isGone?: boolean): void
  /** Ends the statement that a connection is at. */
  callOff(connection: PostgresConnection): Promise<void>
}

/** Milliseconds for which the server is waited for to end a statement that was called off. */
const CALLED_OFF = 2000

/** A unit that has a connection of its own, on which a transaction has been begun. */
export class PostgresUnit<Tables> implements SqlUnit<Tables> {
  readonly db: Kysely<Tables>
  readonly statements: SqlStatements
  readonly #site: UnitSite
  readonly #connection: PostgresConnection
  readonly #driver: UnitDriver
  readonly #since = systemClock.elapsed()
  #hasEnded = false
  /** The first conflict, whatever was made of it: the transaction can only be taken back. */
  #conflict: TransactionConflict | null = null
  /** What goes with the commit. */
  readonly #last: Late[] = []

  constructor(site: UnitSite, connection: PostgresConnection) {
    this.#site = site
    this.#connection = connection
    this.#driver = new UnitDriver(connection, {
      hasEnded: () => this.#hasEnded,
      failed: (error) => this.#failed(error),
    })
    this.db = kyselyOver(this.#driver)
    this.statements = {
      dialect: 'postgres',
      session: connection,
      run: async (text, values = []) => {
        this.#driver.admit(null)
        return this.#connection.run(text, values).catch((error) => this.#failed(error))
      },
      runAtCommit: (text, values, explain = (error) => error) => {
        this.#driver.admit(null)
        this.#last.push({ text, values, explain })
      },
    }
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  get heldFor(): number {
    return systemClock.elapsed() - this.#since
  }

  async exec(sql: string): Promise<void> {
    this.#driver.admit(null)
    const word = transactionWord(sql)
    if (word !== null) {
      throw new Error(
        `'${word}' is not for a unit: it is one transaction, which begins and ends by itself`,
      )
    }
    await this.#connection.script(sql).catch((error) => this.#failed(error))
  }

  async commit(): Promise<void> {
    if (this.#hasEnded) return
    if (this.#driver.isNested) {
      await this.rollback()
      // A commit would keep what its own transaction has not committed.
      throw new Error('A transaction inside the unit of work was still open when the unit ended')
    }
    const conflict = this.#conflict
    if (conflict !== null) {
      await this.rollback()
      throw conflict
    }
    const late = await this.#prepared()
    // Its connection is another's by now.
    if (this.#hasEnded) throw new Error('The unit of work was taken back while it was committed')
    this.#hasEnded = true
    let command: string
    try {
      command = await this.#connection.commit(late)
    } catch (error) {
      this.#site.give(this.#connection, true)
      if (isAborted(error)) throw aborted()
      const [first] = late
      if (first !== undefined && isOfLate(error, late)) throw first.explain(conflictOf(error))
      const { cause } = Object(error)
      if (error instanceof TransactionConflict || isRefusal(error) || isRefusal(cause)) throw error
      throw new CommitUnknown('The connection to PostgreSQL was lost at the commit', {
        cause: error,
      })
    }
    this.#site.give(this.#connection)
    // Of a transaction in which something has failed, it makes a rollback, and says so nowhere else.
    if (command === 'COMMIT') return
    throw aborted()
  }

  /** What goes with the commit. What the connection does not know yet is run before, and known from then on. */
  async #prepared(): Promise<readonly Late[]> {
    const late: Late[] = []
    for (const one of this.#last.splice(0)) {
      if (late.length > 0 || this.#connection.knows(one.text)) late.push(one)
      else {
        await this.#connection.run(one.text, one.values).catch(async (error: unknown) => {
          await this.rollback()
          if (isAborted(error)) throw aborted()
          throw error instanceof TransactionConflict ? error : one.explain(conflictOf(error))
        })
      }
    }
    return late
  }

  async rollback(): Promise<void> {
    if (this.#hasEnded) return
    this.#hasEnded = true
    const connection = this.#connection
    // What is still being done would be waited for, longer than the call may take.
    if (connection.isQueued) {
      void this.#site.callOff(connection)
      this.#site.give(connection, true)
      return
    }
    if (connection.isBusy) {
      const over = await Promise.race([
        this.#site.callOff(connection).then(() => connection.control('rollback')),
        elapsed(CALLED_OFF),
      ]).catch(() => null)
      this.#site.give(connection, over === null)
      return
    }
    await connection.control('rollback').then(
      () => this.#site.give(connection),
      () => this.#site.give(connection, true),
    )
  }

  #failed(error: unknown): never {
    if (error instanceof TransactionConflict) this.#conflict ??= error
    throw error
  }
}

interface Ending {
  hasEnded(): boolean
  failed(error: unknown): never
}

class UnitDriver implements Driver {
  readonly #connection: PostgresConnection
  readonly #unit: Ending
  /** Whose transaction inside the unit is open. */
  #nested: DatabaseConnection | null = null

  constructor(connection: PostgresConnection, unit: Ending) {
    this.#connection = connection
    this.#unit = unit
  }

  get isNested(): boolean {
    return this.#nested !== null
  }

  async init(): Promise<void> {}
  async destroy(): Promise<void> {}

  /** One for each who asks, so that a transaction is known by its own. */
  async acquireConnection(): Promise<DatabaseConnection> {
    const connection = new UnitConnection(this.#connection, this.#unit, (used) => this.admit(used))
    this.admit(connection)
    return connection
  }

  async releaseConnection(): Promise<void> {}

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    this.admit(connection)
    this.#nested = connection
    await this.#connection.control('savepoint nested')
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    this.admit(connection)
    await this.#connection.control('release savepoint nested')
    this.#nested = null
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // One that was not let in has nothing to take back; with the unit everything has been.
    if (this.#nested !== connection || this.#unit.hasEnded()) return
    await this.#connection.control('rollback to savepoint nested; release savepoint nested')
    this.#nested = null
  }

  async savepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await this.#step(connection, `savepoint ${savepoint(name)}`)
  }

  async rollbackToSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await this.#step(connection, `rollback to savepoint ${savepoint(name)}`)
  }

  async releaseSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await this.#step(connection, `release savepoint ${savepoint(name)}`)
  }

  /** @throws Error for one whose writes would be kept, or taken back, with what is not theirs */
  admit(connection: DatabaseConnection | null): void {
    if (this.#unit.hasEnded()) {
      throw new Error('The unit of work has ended: its database handle was used after its call')
    }
    if (this.#nested === null || this.#nested === connection) return
    throw new Error('A transaction inside the unit of work is open: use its own handle')
  }

  async #step(connection: DatabaseConnection, sql: string): Promise<void> {
    this.admit(connection)
    await this.#connection.control(sql)
  }
}

/** The unit's connection for as long as the unit has it: afterwards it is in another's transaction. */
class UnitConnection implements DatabaseConnection {
  readonly #connection: PostgresConnection
  readonly #unit: Ending
  readonly #admit: (connection: DatabaseConnection) => void

  /** @param admit throws when it may not be used */
  constructor(
    connection: PostgresConnection,
    unit: Ending,
    admit: (connection: DatabaseConnection) => void,
  ) {
    this.#connection = connection
    this.#unit = unit
    this.#admit = admit
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    this.#admit(this)
    refuseOfConnection(query.sql)
    return execute<Row>(this.#connection, query).catch((error) => this.#unit.failed(error))
  }

  async *streamQuery<Row>(query: CompiledQuery, chunk?: number): AsyncGenerator<QueryResult<Row>> {
    this.#admit(this)
    refuseOfConnection(query.sql)
    for await (const rows of stream<Row>(this.#connection, query, chunk, () =>
      this.#unit.hasEnded(),
    )) {
      this.#admit(this)
      yield rows
    }
    // Ended with its unit it would look like one that has been read to its end.
    this.#admit(this)
  }
}

/**
 * True for what a statement that went with the commit was refused, and not the commit itself, which looks at
 * constraints that are deferred, of other tables.
 */
function isOfLate(error: unknown, late: readonly Late[]): boolean {
  if (error instanceof TransactionConflict || !isRefusal(error)) return false
  const { table }: { table?: unknown } = Object(error)
  return typeof table !== 'string' || late.some(({ text }) => text.split(/\W+/).includes(table))
}

/** What was taken by another one is there the next time: the same once more may succeed. */
function conflictOf(error: unknown): unknown {
  const code = codeOf(error)
  if (code !== '23505' && code !== '23502') return error
  return new TransactionConflict('The unit of work met another one that wrote the same', {
    cause: error,
  })
}

function aborted(): Error {
  return new Error(
    'Nothing of the unit of work was kept, because a statement in it had failed; what may fail belongs into db.transaction()',
  )
}

async function elapsed(ms: number): Promise<null> {
  const { promise, resolve } = Promise.withResolvers<null>()
  setTimeout(() => resolve(null), ms).unref()
  return promise
}
