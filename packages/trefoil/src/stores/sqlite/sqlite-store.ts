import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SqlStatements } from '../../contract/ports/sql.ts'
import type { SqlStore } from '../sql/sql-store.ts'
import { ReaderDriver, Readers } from './readers.ts'
import { HeldUnit, kyselyOver } from './unit.ts'
import { Writer } from './writer.ts'

/**
 * Opens a SQLite file in WAL mode with foreign keys on.
 *
 * @param file its folder is there; `:memory:` is a file of its own for as long as it is open
 * @param synchronous `FULL`: a commit survives the loss of power; `NORMAL`: that of the process
 */
export function openSqlite<Tables>(
  file: string,
  synchronous: 'FULL' | 'NORMAL' = 'FULL',
): SqlStore<Tables> {
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
    dialect: 'sqlite' as const,
    // One for each who asks: Kysely can be ended for good, and has a dispose method that does so.
    reader: () => kyselyOver<Tables>(new ReaderDriver(readers)),
    alone: (wait: number): SqlStatements => ({
      dialect: 'sqlite',
      run: (text, values = []) => writer.runAlone(text, values, wait),
    }),
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
