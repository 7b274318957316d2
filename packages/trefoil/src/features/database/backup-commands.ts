import { resolve } from 'node:path'
import { ImproperlyConfigured } from '../../index.ts'
import { type CommandResult, type PartCommand, systemClock } from '../../parts.ts'
import { backupSqlite, restoreSqlite } from '../../sqlite.ts'

/** What the commands are told of the database. */
export interface BackedUp {
  /** Its file; `null` for one that is not a file. */
  readonly file: string | null
  /** Steps that it lacks, as they are shown. */
  missing(): Promise<readonly string[]>
  close(): Promise<void>
}

/** `trefoil database backup --to FILE` and `trefoil database restore --from FILE`, for SQLite. */
export function backupCommands(database: BackedUp): readonly PartCommand[] {
  return [
    {
      name: 'backup',
      describe: 'copy the database into a file, while it is in use',
      starts: false,
      options: {
        to: { describe: 'the file that is made', required: true },
        overwrite: { kind: 'flag', describe: 'write over a file that is there' },
      },
      run: async ({ options, signal }) => {
        const file = fileOf(database)
        const to = resolve(String(options['to']))
        const overwrite = options['overwrite'] === true
        return told('backup', async () => {
          const bytes = await backupSqlite(file, to, { overwrite, signal })
          return { text: `backed up: ${to}, ${bytes} bytes`, json: { ok: true, file: to, bytes } }
        })
      },
    },
    {
      name: 'restore',
      describe: 'put a backup in the place of the database, which nobody may have open',
      starts: false,
      options: { from: { describe: 'the backup', required: true } },
      run: async ({ options, signal }) => {
        const file = fileOf(database)
        const from = resolve(String(options['from']))
        return told('restore', async () => {
          const now = new Date(systemClock.now())
          const kept = await restoreSqlite(file, from, { now, signal })
          const before = kept === null ? '' : `; what was there is ${kept}`
          const done = `restored: ${file}${before}`
          try {
            const missing = await missingOf(database)
            const behind = missing.length === 0 ? '' : '; it is behind: run `trefoil migrate`'
            return { text: `${done}${behind}`, json: { ok: true, file, kept, missing } }
          } catch (error) {
            // Of another app, or of a newer one: it stands there all the same, and nothing starts on it.
            if (!(error instanceof ImproperlyConfigured)) throw error
            const text = `${done}; the app does not start on it: ${error.message}`
            return { text, json: { ok: false, file, kept, error: error.message }, exit: 1 }
          }
        })
      },
    },
  ]
}

function fileOf({ file }: BackedUp): string {
  if (file !== null && file !== ':memory:') return file
  throw new ImproperlyConfigured(
    file === null
      ? 'backup and restore are for SQLite; use pg_dump and pg_restore for PostgreSQL'
      : 'a database in memory has no file to back up',
  )
}

async function missingOf(database: BackedUp): Promise<readonly string[]> {
  try {
    return await database.missing()
  } finally {
    await database.close()
  }
}

async function told(name: string, work: () => Promise<CommandResult>): Promise<CommandResult> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Error) || error instanceof ImproperlyConfigured) throw error
    const text = `${name} failed: ${error.message}`
    return { text, json: { ok: false, error: error.message }, exit: 1 }
  }
}
