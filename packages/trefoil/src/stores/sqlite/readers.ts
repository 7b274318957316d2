import { DatabaseSync } from 'node:sqlite'
import { CompiledQuery, type DatabaseConnection, type Driver } from 'kysely'
import { SqliteConnection } from './sqlite-connection.ts'

/** Connections that read. A query has one for itself for no longer than it runs; a transaction until its end. */
const MOST_READERS = 8
/** Milliseconds for which one waits for a checkpoint or a recovery; reads wait for nothing else. */
const WAIT = 1000

/**
 * Connections on which nothing can be written, not even by a pragma: the file is open for reading only.
 * They never wait for the writer.
 */
export class Readers implements Driver {
  readonly #file: string
  readonly #all: DatabaseSync[] = []
  readonly #idle: DatabaseConnection[] = []
  readonly #waiting: ((connection: DatabaseConnection) => void)[] = []
  #isClosed = false

  constructor(file: string) {
    this.#file = file
  }

  async init(): Promise<void> {}

  /** What Kysely's `destroy()` calls: one caller's must not end the reading of all. */
  async destroy(): Promise<void> {}

  close(): void {
    this.#isClosed = true
    for (const database of this.#all) if (database.isOpen) database.close()
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#isClosed) throw new Error('The database is closed')
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    if (this.#all.length < MOST_READERS) return this.#open()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const next = this.#waiting.shift()
    if (next === undefined) this.#idle.push(connection)
    else next(connection)
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin'))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'))
  }

  #open(): DatabaseConnection {
    const database = new DatabaseSync(this.#file, { readOnly: true, timeout: WAIT })
    database.exec('pragma query_only = on')
    this.#all.push(database)
    return new SqliteConnection(database)
  }
}
