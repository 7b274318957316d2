import type { Kysely } from 'kysely'
import type { Awaitable } from '../../base/promise.ts'
import type { SqlDialect, SqlStatements } from '../../contract/ports/sql.ts'

/** What is done in one transaction: kept as a whole, or not at all. */
export interface SqlUnit<Tables> {
  /** Good until the unit ends. `db.transaction()` is a savepoint inside it. */
  readonly db: Kysely<Tables>
  /** The same transaction, for statements that are kept prepared. */
  readonly statements: SqlStatements
  readonly hasEnded: boolean
  /** Milliseconds since it was begun. */
  readonly heldFor: number
  /** Several statements in one text, as migrations are written. */
  exec(sql: string): Awaitable<void>
  /** @throws Error when it could not be kept; then nothing of it was */
  commit(): Promise<void>
  rollback(): Awaitable<void>
}

/** A unit that is always taken back. */
export interface SqlRehearsal<Tables> extends SqlUnit<Tables> {
  /**
   * What it has changed so far, as the database's own form of a change: rows before and after, of tables
   * that have a primary key. `null` where the database has no such form.
   */
  changes(): Uint8Array | null
}

/** Connections of one kind, just now. */
export interface ConnectionLoad {
  /** `writer`, or `units` where several write at a time; `readers`; `alone`, for statements outside units. */
  readonly pool: 'writer' | 'units' | 'readers' | 'alone'
  readonly inUse: number
  readonly idle: number
  /** Those who wait for one. */
  readonly waiting: number
}

/** An open database: units of work that write, and handles that read. */
export interface SqlStore<Tables> {
  readonly dialect: SqlDialect
  /** A handle that reads what has been committed, and refuses to write. */
  reader(): Kysely<Tables>
  /**
   * Statements outside units, each kept by itself. On SQLite they take their turn with the units.
   *
   * @param wait milliseconds that one may wait for it
   * @throws DatabaseBusy when it could not be run in time; then nothing was done
   */
  alone(wait: number): SqlStatements
  /**
   * Begins a unit of work, on SQLite once the writer is free.
   *
   * @param holder who begins it, for the message of those who wait too long
   * @param wait milliseconds that it may take until then
   * @param signal ends the waiting; asked for where there is something to wait for. Default none
   * @param isShort true where it is known to be short: it may share its commit. Default false
   * @throws DatabaseBusy when it could not be begun in time
   */
  begin(
    holder: string,
    wait: number,
    signal?: () => AbortSignal | undefined,
    isShort?: boolean,
  ): Promise<SqlUnit<Tables>>
  /**
   * Begins a unit that is only tried: `commit()` takes it back as well. On SQLite it has its turn alone, and a
   * connection of its own, so that nothing of it can be kept with what others do.
   *
   * @param wait milliseconds that it may take until then
   * @throws DatabaseBusy when it could not be begun in time, and later, where others have waited for it
   */
  rehearse(
    holder: string,
    wait: number,
    signal?: () => AbortSignal | undefined,
  ): Promise<SqlRehearsal<Tables>>
  /**
   * Begins a unit that changes tables, while no other process does. On SQLite without foreign keys: it
   * changes a table by making another in its place, and dropping one deletes what refers to its rows.
   *
   * @throws DatabaseBusy when it could not be begun in time
   */
  beginChangingTables(holder: string, wait: number): Promise<SqlUnit<Tables>>
  /** For whoever watches it. */
  load(): readonly ConnectionLoad[]
  /** To be called when the tables have changed. */
  schemaChanged(): void
  /** What is not committed yet is not kept. */
  close(): Awaitable<void>
}
