import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Duration, ImproperlyConfigured } from '../../index.ts'
import { kinds, type OptionGroup, type Values } from '../../parts.ts'
import type { Migration } from './migrations.ts'

/** Options of {@link database}. */
export interface DatabaseOptions {
  /** File of the database, or `:memory:`, which keeps nothing. Default `.data/app.db`. */
  readonly url?: string
  /**
   * On SQLite, the file of what needs no unit of work, such as counts of rates; with `NORMAL`. Default
   * `state.db` beside `app.db`, `shop-state.db` beside `shop.db`.
   */
  readonly state?: string
  /** `FULL`: what was answered survives the loss of power; `NORMAL`: that of the process. Default `FULL`. */
  readonly synchronous?: 'FULL' | 'NORMAL'
  /** How long a call waits for its turn to write before it is refused. Default `5s`. */
  readonly wait?: Duration
  /** The steps that make the tables, oldest first. Default none. */
  readonly migrations?: readonly Migration[]
  /**
   * Who migrates: `start`, the app when it starts; `command`, `trefoil database migrate`, and an app that
   * finds its database behind refuses to start. Default: `start` where `TREFOIL_ENV` is `development`.
   */
  readonly migrate?: 'start' | 'command'
}

type DatabaseValues = Values<
  DatabaseOptions,
  {
    state: string | null
    wait: number
    migrate: 'start' | 'command' | null
    migrations: readonly unknown[]
  }
>

/** The rows of {@link DatabaseOptions}. */
export const DATABASE: OptionGroup<DatabaseOptions, DatabaseValues> = {
  name: 'database()',
  prefix: 'TREFOIL_DATABASE',
  rows: {
    url: {
      read: kinds.text,
      default: '.data/app.db',
      variable: true,
      doc: 'File of the database, or `:memory:`, which keeps nothing.',
    },
    state: {
      read: kinds.text,
      default: null,
      shown: '`state.db` beside `app.db`, else `<name>-state.db`',
      variable: true,
      doc: 'On SQLite, the file of counters and the like, which need no unit of work.',
    },
    synchronous: {
      read: kinds.choice(['FULL', 'NORMAL']),
      default: 'FULL',
      variable: true,
      doc: '`FULL`: what was answered survives the loss of power; `NORMAL`: that of the process.',
    },
    wait: {
      read: kinds.duration,
      default: '5s',
      variable: true,
      doc: 'How long a call waits for its turn to write before it is refused.',
    },
    migrations: {
      read: kinds.kind(
        "a list of { name: '0001-orders', sql: '…' }",
        (value): value is readonly unknown[] => Array.isArray(value),
      ),
      default: [],
      doc: 'The steps that make the tables, oldest first.',
    },
    migrate: {
      read: kinds.choice(['start', 'command']),
      default: null,
      shown: '`start` where `TREFOIL_ENV` is `development`, else `command`',
      variable: true,
      doc: 'Who migrates: the app when it starts, or `trefoil database migrate`.',
    },
  },
}

/**
 * The file that a URL means.
 *
 * @param option its name, for messages. Default `url`
 * @throws ImproperlyConfigured for what is no file; without the URL, which may hold a password
 */
export function fileOf(url: string, option = 'url'): string {
  if (url === ':memory:') return url
  // Two letters and more: one is a drive.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase()
  if (scheme === undefined) return isAbsolute(url) ? url : resolve(url)
  if (scheme === 'file') {
    if (!/^file:\/[^?#]*$/i.test(url)) {
      throw new ImproperlyConfigured(
        `database(): ${option} with file: is a whole path without options, such as file:///srv/app.db; write .data/app.db without file:`,
      )
    }
    try {
      return fileURLToPath(url)
    } catch {
      throw new ImproperlyConfigured(`database(): ${option} is no file of this machine`)
    }
  }
  const why = scheme.startsWith('postgres')
    ? 'PostgreSQL is not supported yet'
    : `'${scheme}:' is no database that Trefoil knows`
  throw new ImproperlyConfigured(`database(): ${why}; ${option} is a file such as .data/app.db`)
}

/** The file of what needs no unit, beside that of the units. */
export function stateFileOf(file: string, given: string | null): string {
  if (given !== null) return fileOf(given, 'state')
  if (file === ':memory:') return file
  const name = basename(file, extname(file))
  return join(dirname(file), name === 'app' ? 'state.db' : `${name}-state.db`)
}
