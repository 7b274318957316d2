import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { ReaderDriver, Readers } from './readers.ts'
import { HeldUnit, kyselyOver, type SqliteUnit } from './unit.ts'
import { Writer } from './writer.ts'

/** An open SQLite file: one connection that writes, and some that read. */
export interface SqliteStore<Tables> {
  /** A handle that reads what has been committed, and refuses to write. */
  reader(): Kysely<Tables>
  /**
   * Begins a unit of work once the writer is free.
   *
   * @param holder who begins it, for the message of those who wait too long
   * @param wait milliseconds that it may take until then
   * @param signal ends the waiting; asked for where there is something to wait for. Default none
   * @param isShort true where it is known to be short: it may share its commit. Default false
   * @throws DatabaseBusy when it was not free in time
   */
  begin(
    holder: string,
    wait: number,
    signal?: () => AbortSignal | undefined,
    isShort?: boolean,
  ): Promise<SqliteUnit<Tables>>
  /**
   * Begins a unit that changes tables, without foreign keys: SQLite changes a table by making another in its
   * place, and dropping one deletes what refers to its rows. Whoever commits it checks them before.
   *
   * @throws DatabaseBusy when the writer was not free in time
   */
  beginChangingTables(holder: string, wait: number): Promise<SqliteUnit<Tables>>
  /** To be called when the tables have changed. */
  schemaChanged(): void
  /** What is not committed yet is not kept. */
  close(): void
}

/**
 * Opens a SQLite file in WAL mode with foreign keys on.
 *
 * @param file its folder is there; `:memory:` is a file of its own for as long as it is open
 * @param synchronous `FULL`: a commit survives the loss of power; `NORMAL`: that of the process
 */
export function openSqlite<Tables>(
  file: string,
  synchronous: 'FULL' | 'NORMAL' = 'FULL',
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
    reader: () => kyselyOver<Tables>(new ReaderDriver(readers)),
    async begin(
      holder: string,
      wait: number,
      signal: () => AbortSignal | undefined = () => undefined,
      isShort = false,
    ) {
      await writer.take(holder, { wait, signal, isShort })
      return new HeldUnit<Tables>(writer)
    },
    async beginChangingTables(holder: string, wait: number) {
      const turn = { wait, signal: () => undefined, isShort: false, changesTables: true }
      await writer.take(holder, turn)
      return new HeldUnit<Tables>(writer)
    },
    schemaChanged: () => writer.lookAtSchema(),
    close() {
      readers.close()
      writer.close()
      remove()
    },
  })
}
