import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { Readers } from './readers.ts'
import { kyselyOver, SqliteUnit } from './unit.ts'
import { type TurnOptions, Writer } from './writer.ts'

/** Options of {@link openSqlite}. */
export interface SqliteStoreOptions {
  /** `FULL`: an answered commit survives the loss of power. `NORMAL`: that of the process. */
  readonly synchronous: 'FULL' | 'NORMAL'
}

/** An open SQLite file: one connection that writes, and some that read. */
export interface SqliteStore<Tables> {
  /** A handle that reads what has been committed, and refuses to write. */
  reader(): Kysely<Tables>
  /**
   * Begins a unit of work once the writer is free.
   *
   * @param holder who begins it, for the message of those who wait too long
   * @throws DatabaseBusy when it was not free in time
   */
  begin(holder: string, options: TurnOptions): Promise<SqliteUnit<Tables>>
  /** To be called when the tables have changed. */
  schemaChanged(): void
  /** What is not committed yet is not kept. */
  close(): void
}

/**
 * Opens a SQLite file in WAL mode with foreign keys on.
 *
 * @param file its folder is there; `:memory:` is a file of its own for as long as it is open
 */
export function openSqlite<Tables>(
  file: string,
  { synchronous }: SqliteStoreOptions,
): SqliteStore<Tables> {
  // A database in memory has one connection, and nobody could read beside the writer.
  const folder = file === ':memory:' ? mkdtempSync(join(tmpdir(), 'trefoil-database-')) : null
  const path = folder === null ? file : join(folder, 'app.db')
  const remove = () => {
    if (folder !== null) rmSync(folder, { recursive: true, force: true })
  }
  let writer: Writer
  try {
    writer = new Writer(path, folder === null ? synchronous : 'OFF')
  } catch (error) {
    remove()
    throw error
  }
  const readers = new Readers(path)
  return Object.freeze({
    // One for each who asks: Kysely can be ended for good, and has a dispose method that does so.
    reader: () => kyselyOver<Tables>(readers),
    async begin(holder: string, options: TurnOptions) {
      await writer.take(holder, options)
      return new SqliteUnit<Tables>(writer)
    },
    schemaChanged: () => writer.lookAtSchema(),
    close() {
      readers.close()
      writer.close()
      remove()
    },
  })
}
