import type { DatabaseSync } from 'node:sqlite'
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely'
import type { ConnectionLoad } from '../sql/sql-store.ts'
import { type Busy, DatabaseBusy } from '../sql/store-errors.ts'
import { nodeSqlite } from './node-sqlite.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { refuseOfConnection } from './statements.ts'

/** Connections that read. A query has one for itself for no longer than it runs; a transaction until its end. */
const MOST_READERS = 8
/** Milliseconds for which one waits for a checkpoint or a recovery; reads wait for nothing else. */
const WAIT = 1000
interface Reader {
  readonly database: DatabaseSync
  readonly connection: SqliteConnection
}

interface Waiting {
  take(reader: Reader): void
  leave(error: unknown): void
}

/**
 * Connections on which nothing can be written, not even by a pragma: the file is open for reading only.
 * They never wait for the writer.
 */
export class Readers {
  readonly #file: string
  readonly #all: Reader[] = []
  readonly #idle: Reader[] = []
  readonly #waiting = new Set<Waiting>()
  readonly #wait: number
  readonly #busy: Busy
  #isClosed = false

  /**
   * @param wait milliseconds for which one waits for a connection; only transactions and streams hold one
   *   for long
   * @param busy what is thrown then
   */
  constructor(file: string, wait: number, busy: Busy) {
    this.#file = file
    this.#wait = wait
    this.#busy = busy
  }

  get load(): ConnectionLoad {
    const idle = this.#idle.length
    return { pool: 'readers', inUse: this.#all.length - idle, idle, waiting: this.#waiting.size }
  }

  close(): void {
    this.#isClosed = true
    for (const { database } of this.#all) if (database.isOpen) database.close()
    for (const { leave } of this.#waiting) leave(closed())
  }

  async take(): Promise<Reader> {
    if (this.#isClosed) throw closed()
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    if (this.#all.length < MOST_READERS) return this.#open()
    const { promise, resolve, reject } = Promise.withResolvers<Reader>()
    const over = () => {
      clearTimeout(timer)
      this.#waiting.delete(waiting)
    }
    const waiting: Waiting = {
      take: (reader) => {
        over()
        resolve(reader)
      },
      leave: (error) => {
        over()
        reject(error)
      },
    }
    const timer = setTimeout(() => {
      const why = 'Transactions and streams hold all connections that read'
      waiting.leave(this.#busy(new DatabaseBusy(why)))
    }, this.#wait)
    this.#waiting.add(waiting)
    return promise
  }

  /** Whoever is next sees what has been committed, and not what its user before saw. */
  give(reader: Reader): void {
    if (this.#isClosed) return
    reader.connection.endStreams()
    if (reader.database.isTransaction) reader.database.exec('rollback')
    const [next] = this.#waiting
    if (next === undefined) this.#idle.push(reader)
    else next.take(reader)
  }

  #open(): Reader {
    const { DatabaseSync } = nodeSqlite()
    const database = new DatabaseSync(this.#file, { readOnly: true, timeout: WAIT })
    database.exec('pragma query_only = on')
    const reader = { database, connection: new SqliteConnection(database, refuseOfConnection) }
    this.#all.push(reader)
    return reader
  }
}

/** What one call has of the readers. Kysely's `destroy()`, which ends a call's handle, gives back the rest. */
export class ReaderDriver implements Driver {
  readonly #readers: Readers
  readonly #held = new Set<LentConnection>()
  #isOver = false

  constructor(readers: Readers) {
    this.#readers = readers
  }

  async init(): Promise<void> {}

  async destroy(): Promise<void> {
    this.#isOver = true
    for (const connection of this.#held) this.#giveBack(connection)
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const connection = new LentConnection(await this.#readers.take())
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
    control(connection, 'begin')
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    control(connection, 'commit')
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // Given back it has been rolled back.
    if (connection instanceof LentConnection && !connection.isOver) control(connection, 'rollback')
  }

  #giveBack(connection: LentConnection): void {
    if (!this.#held.delete(connection)) return
    this.#readers.give(connection.end())
  }
}

class LentConnection implements DatabaseConnection {
  readonly #reader: Reader
  #isOver = false

  constructor(reader: Reader) {
    this.#reader = reader
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** @throws Error when it is another's by now */
  get reader(): Reader {
    if (this.#isOver) throw over()
    return this.#reader
  }

  end(): Reader {
    this.#isOver = true
    return this.#reader
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    return this.reader.connection.executeQuery<Row>(query)
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncGenerator<QueryResult<Row>> {
    yield* this.reader.connection.streamQuery<Row>(query)
    // Ended from outside it would look like one that has been read to its end.
    if (this.#isOver) throw over()
  }
}

function control(connection: DatabaseConnection, sql: string): void {
  if (connection instanceof LentConnection) connection.reader.database.exec(sql)
}

function over(): Error {
  return new Error('The call has ended: its database handle was used after it')
}

function closed(): Error {
  return new Error('The database is closed')
}
