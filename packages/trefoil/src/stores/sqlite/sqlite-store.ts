import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SqlStatements } from '../../contract/ports/sql.ts'
import type { SqlStore } from '../sql/sql-store.ts'
import type { Busy, DatabaseBusy } from '../sql/store-errors.ts'
import { ReaderDriver, Readers } from './readers.ts'
import { Rehearsal } from './rehearsal.ts'
import { SameFile } from './same-file.ts'
import { HeldUnit, kyselyOver } from './unit.ts'
import { Writer } from './writer.ts'

/**
 * Opens a SQLite file in WAL mode with foreign keys on.
 *
 * @param file its folder is there; `:memory:` is a file of its own for as long as it is open
 * @param synchronous `FULL`: a commit survives the loss of power; `NORMAL`: that of the process
 * @param longest milliseconds that a connection which reads is waited for
 * @param busy makes of {@link DatabaseBusy} what is thrown in its place. Default: itself
 */
export function openSqlite<Tables>(
  file: string,
  synchronous: 'FULL' | 'NORMAL' = 'FULL',
  longest = 5000,
  busy: Busy = (error) => error,
): SqlStore<Tables> {
  // A database in memory has one connection, and nobody could read beside the writer.
  const folder = file === ':memory:' ? mkdtempSync(join(tmpdir(), 'trefoil-database-')) : null
  const path = folder === null ? file : join(folder, 'app.db')
  const remove = () => {
    if (folder !== null) rmSync(folder, { recursive: true, force: true })
  }
  let writer: Writer
  try {
    writer = new Writer(path, folder === null ? synchronous : 'OFF', busy)
  } catch (error) {
    remove()
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`The database '${file}' cannot be opened: ${why}`, { cause: error })
  }
  const sameFile = new SameFile(path)
  let rehearser: Writer | null = null
  const readers = new Readers(path, longest, busy)
  return Object.freeze({
    dialect: 'sqlite' as const,
    // One for each who asks: Kysely can be ended for good, and has a dispose method that does so.
    reader() {
      sameFile.check()
      return kyselyOver<Tables>(new ReaderDriver(readers))
    },
    alone: (wait: number): SqlStatements => ({
      dialect: 'sqlite',
      run(text, values = []) {
        sameFile.check()
        return writer.runAlone(text, values, wait)
      },
    }),
    async begin(
      holder: string,
      wait: number,
      signal: () => AbortSignal | undefined = () => undefined,
      isShort = false,
    ) {
      sameFile.check()
      const turn = await writer.take(holder, { wait, signal, isShort })
      return new HeldUnit<Tables>(writer, turn)
    },
    async rehearse(
      holder: string,
      wait: number,
      signal: () => AbortSignal | undefined = () => undefined,
    ) {
      rehearser ??= new Writer(path, 'OFF', busy)
      return Rehearsal.begin<Tables>(writer, rehearser, holder, { wait, signal, isShort: false })
    },
    async beginChangingTables(holder: string, wait: number) {
      const options = { wait, signal: () => undefined, isShort: false, changesTables: true }
      return new HeldUnit<Tables>(writer, await writer.take(holder, options))
    },
    load: () => [writer.load, readers.load],
    schemaChanged: () => writer.lookAtSchema(),
    close() {
      readers.close()
      writer.close()
      rehearser?.close()
      remove()
    },
  })
}
