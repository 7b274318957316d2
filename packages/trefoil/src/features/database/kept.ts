import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { ImproperlyConfigured } from '../../index.ts'
import { whyNoPostgresUrl } from '../../inner.ts'
import type { SqlDialect, SqlStore } from '../../parts.ts'
import { openPostgres } from '../../postgres.ts'
import { openSqlite } from '../../sqlite.ts'
import { type DatabaseValues, defaultFile, fileOf, stateFileOf } from './database-options.ts'
import { problemOf } from './database-problems.ts'
import { LazyStore } from './lazy-store.ts'

/** Where an app keeps what it keeps. */
export interface Kept<Tables> {
  readonly dialect: SqlDialect
  /** That of the units. */
  readonly app: LazyStore<Tables>
  /** That of counters and the like; `null` where it is the same. */
  readonly state: LazyStore<never> | null
  /** Their files; `null` for what is none. */
  readonly file: string | null
  readonly stateFile: string | null
  /** Whether it has its tables made at the start where nobody says: always, in development, or not. */
  readonly migrates: 'always' | 'development' | 'command'
}

/**
 * The one place where it is decided which database it is.
 *
 * @param name of the part
 * @throws ImproperlyConfigured for a URL of neither, without it
 */
export function keptIn<Tables>(name: string, values: DatabaseValues): Kept<Tables> {
  const { url, synchronous, wait } = values
  if (url !== null && /^postgres(?:ql)?:/i.test(url)) return keptInPostgres<Tables>(url, values)
  const file = fileOf(url ?? defaultFile(name))
  const stateFile = stateFileOf(file, values.state)
  return {
    dialect: 'sqlite',
    app: new LazyStore<Tables>(() => openedFile<Tables>(file, synchronous, wait)),
    state: new LazyStore<never>(() => openedFile<never>(stateFile, 'NORMAL', wait)),
    file,
    stateFile,
    migrates: file === ':memory:' ? 'always' : 'development',
  }
}

function keptInPostgres<Tables>(url: string, values: DatabaseValues): Kept<Tables> {
  const why = whyNoPostgresUrl(url)
  if (why !== null) throw new ImproperlyConfigured(`database(): url ${why}`)
  const { isolation, connections, wait, connect, statement } = values
  return {
    dialect: 'postgres',
    app: new LazyStore<Tables>(() =>
      openPostgres<Tables>(url, { isolation, connections, wait, connect, statement }, problemOf),
    ),
    state: null,
    file: null,
    stateFile: null,
    // It may be that of others too.
    migrates: 'command',
  }
}

function openedFile<Tables>(
  file: string,
  synchronous: 'FULL' | 'NORMAL',
  wait: number,
): SqlStore<Tables> {
  if (file !== ':memory:') makePrivate(file)
  return openSqlite<Tables>(file, synchronous, wait, problemOf)
}

/** Of this user alone: the files that SQLite lays beside it take its rights. */
function makePrivate(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  closeSync(openSync(file, 'a', 0o600))
}
