import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely'
import { savepoint } from '../sql/savepoint.ts'
import type { PostgresConnection } from './postgres-connection.ts'
import { isLost } from './postgres-errors.ts'
import { execute, stream } from './postgres-kysely.ts'
import type { PostgresPool } from './postgres-pool.ts'
import type { UnitSite } from './postgres-unit.ts'
import { refuseAllButReading } from './statements.ts'

/** Once something has been read in it, nothing makes it one that writes. */
const BEGIN = 'begin isolation level repeatable read read only; select 1'

/** What one call has of the connections that read. Kysely's `destroy()`, which ends a call's handle, gives back the rest. */
export class ReaderDriver implements Driver {
  readonly #pool: PostgresPool
  readonly #site: UnitSite
  readonly #wait: number
  readonly #refuse: (error: unknown) => never
  readonly #held = new Set<LentConnection>()
  #isOver = false

  /**
   * @param wait milliseconds for which one waits for a connection; only transactions and streams hold one for long
   * @param refuse throws what those meet who find no connection
   */
  constructor(pool: PostgresPool, site: UnitSite, wait: number, refuse: (error: unknown) => never) {
    this.#pool = pool
    this.#site = site
    this.#wait = wait
    this.#refuse = refuse
  }

  async init(): Promise<void> {}

  async destroy(): Promise<void> {
    this.#isOver = true
    for (const connection of this.#held) this.#giveBack(connection)
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const take = () => this.#pool.take(this.#wait).catch(this.#refuse)
    const connection = new LentConnection(take, this.#pool, await take())
    this.#held.add(connection)
    if (!this.#isOver) return connection
    // Its call has ended while it waited.
    this.#giveBack(connection)
    throw over()
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof LentConnection) this.#giveBack(connection)
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof LentConnection) await connection.begin()
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof LentConnection) await connection.end('commit')
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // Given back it has been rolled back.
    if (connection instanceof LentConnection && !connection.isOver) await connection.end('rollback')
  }

  async savepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await control(connection, `savepoint ${savepoint(name)}`)
  }

  async rollbackToSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await control(connection, `rollback to savepoint ${savepoint(name)}`)
  }

  async releaseSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await control(connection, `release savepoint ${savepoint(name)}`)
  }

  #giveBack(lent: LentConnection): void {
    if (!this.#held.delete(lent)) return
    const { connection, isInTransaction } = lent.giveUp()
    // A query that nobody waits for any more would go on in the server.
    if (connection.isBusy) {
      void this.#site.callOff(connection)
      this.#pool.give(connection, true)
    } else if (isInTransaction) {
      void connection.control('rollback').then(
        () => this.#pool.give(connection),
        () => this.#pool.give(connection, true),
      )
    } else this.#pool.give(connection)
  }
}

class LentConnection implements DatabaseConnection {
  readonly #take: () => Promise<PostgresConnection>
  readonly #pool: PostgresPool
  #connection: PostgresConnection
  #isInTransaction = false
  #isOver = false

  constructor(
    take: () => Promise<PostgresConnection>,
    pool: PostgresPool,
    connection: PostgresConnection,
  ) {
    this.#take = take
    this.#pool = pool
    this.#connection = connection
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** @throws Error when it is another's by now */
  get connection(): PostgresConnection {
    if (this.#isOver) throw over()
    // Left behind by what ended it, it could write.
    if (this.#connection.isBroken) throw new Error('This handle only reads, and was told otherwise')
    return this.#connection
  }

  giveUp(): { readonly connection: PostgresConnection; readonly isInTransaction: boolean } {
    this.#isOver = true
    return { connection: this.#connection, isInTransaction: this.#isInTransaction }
  }

  async begin(): Promise<void> {
    await this.#again(() => this.connection.control(BEGIN))
    this.#isInTransaction = true
  }

  async end(sql: 'commit' | 'rollback'): Promise<void> {
    await this.connection.control(sql)
    this.#isInTransaction = false
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    refuseAllButReading(query.sql)
    return this.#again(() => execute<Row>(this.connection, query))
  }

  async *streamQuery<Row>(query: CompiledQuery, chunk?: number): AsyncGenerator<QueryResult<Row>> {
    refuseAllButReading(query.sql)
    const isOwn = !this.#isInTransaction
    if (isOwn) await this.begin()
    yield* stream<Row>(this.connection, query, chunk, () => this.#isOver)
    // Ended from outside it would look like one that has been read to its end.
    if (this.#isOver) throw over()
    if (isOwn) await this.end('commit')
  }

  /** What only reads may be asked again of another: this one was idle when the server went. */
  async #again<Value>(work: () => Promise<Value>): Promise<Value> {
    for (let tries = 0; ; tries++) {
      try {
        return await work()
      } catch (error) {
        if (!isLost(error) || this.#isInTransaction || this.#isOver) throw error
        if (tries > this.#pool.size) throw error
      }
      const lost = this.#connection
      const found = await this.#take()
      if (this.#isOver) {
        this.#pool.give(found)
        throw over()
      }
      this.#connection = found
      this.#pool.give(lost, true)
    }
  }
}

async function control(connection: DatabaseConnection, sql: string): Promise<void> {
  if (connection instanceof LentConnection) await connection.connection.control(sql)
}

function over(): Error {
  return new Error('The call has ended: its database handle was used after it')
}
