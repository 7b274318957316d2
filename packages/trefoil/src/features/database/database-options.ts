import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Duration, ImproperlyConfigured } from '../../index.ts'
import { kinds, type OptionGroup, readOptions, type Values } from '../../parts.ts'
import type { Migration } from './migrations.ts'

/** Options of {@link database}. */
export interface DatabaseOptions {
  /**
   * Name of the part, where an app has several: that of its command, and of its variables, such as
   * `TREFOIL_<NAME>_URL`. Default `database`.
   */
  readonly name?: string
  /**
   * File of the database; `:memory:`, which keeps nothing; or `postgres://user:password@host/name`. Default
   * `.data/app.db`, or `.data/reports.db` for one named `reports`.
   */
  readonly url?: string
  /**
   * On SQLite, the file of what needs no unit of work, such as counts of rates; with `NORMAL`. Default
   * `state.db` beside `app.db`, `shop-state.db` beside `shop.db`.
   */
  readonly state?: string
  /** On SQLite, `FULL`: what was answered survives the loss of power; `NORMAL`: that of the process. Default `FULL`. */
  readonly synchronous?: 'FULL' | 'NORMAL'
  /** How long a call waits for its turn to write before it is refused. Default `5s`. */
  readonly wait?: Duration
  /**
   * On PostgreSQL: `serializable` also refuses what `repeatable read` lets pass, two units that each read what the
   * other one writes. Default `repeatable read`.
   */
  readonly isolation?: 'repeatable read' | 'serializable'
  /** On PostgreSQL, most units at a time in this process, and most reads beside them. Default 10. */
  readonly connections?: number
  /** On PostgreSQL, how long connecting may take. Default `5s`. */
  readonly connect?: Duration
  /** On PostgreSQL, how long one statement may take, whatever its call may. Default `30s`. */
  readonly statement?: Duration
  /** The steps that make the tables, oldest first. Default none. */
  readonly migrations?: readonly Migration[]
  /**
   * Who migrates: `start`, the app when it starts; `command`, `trefoil migrate`, and an app that
   * finds its database behind refuses to start. Default: `start` on SQLite where `TREFOIL_ENV` is `development`.
   */
  readonly migrate?: 'start' | 'command'
}

/** As they are read. */
export type DatabaseValues = Values<
  DatabaseOptions,
  {
    url: string | null
    state: string | null
    wait: number
    connect: number
    statement: number
    migrate: 'start' | 'command' | null
    migrations: readonly unknown[]
  }
>

/** As long as names of parts may be. */
const NAME = /^(?=.{1,32}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/

/** The rows of {@link DatabaseOptions}, for the one that is named `database`. */
export const DATABASE: OptionGroup<DatabaseOptions, DatabaseValues> = {
  name: 'database()',
  prefix: 'TREFOIL_DATABASE',
  rows: {
    name: {
      read: kinds.kind('a name in kebab-case', (value): value is string => {
        return typeof value === 'string' && NAME.test(value)
      }),
      default: 'database',
      doc: 'Name of the part, where an app has several: its variables are `TREFOIL_<NAME>_…`.',
    },
    url: {
      read: kinds.text,
      default: null,
      shown: '`.data/app.db`, or `.data/<name>.db`',
      variable: true,
      doc: 'File of the database; `:memory:`, which keeps nothing; or `postgres://user:password@host/name`.',
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
      doc: 'On SQLite, `FULL`: what was answered survives the loss of power; `NORMAL`: that of the process.',
    },
    wait: {
      read: kinds.duration,
      default: '5s',
      variable: true,
      doc: 'How long a call waits for its turn to write before it is refused.',
    },
    isolation: {
      read: kinds.choice(['repeatable read', 'serializable']),
      default: 'repeatable read',
      variable: true,
      doc: 'On PostgreSQL, what a unit may see of others; see [PostgreSQL](database.md#postgresql).',
    },
    connections: {
      read: kinds.count(),
      default: 10,
      variable: true,
      doc: 'On PostgreSQL, most units at a time in a process, and most reads beside them.',
    },
    connect: {
      read: kinds.duration,
      default: '5s',
      variable: true,
      doc: 'On PostgreSQL, how long connecting may take.',
    },
    statement: {
      read: kinds.duration,
      default: '30s',
      variable: true,
      doc: 'On PostgreSQL, how long one statement may take, whatever its call may.',
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
      shown: '`start` on SQLite where `TREFOIL_ENV` is `development`, else `command`',
      variable: true,
      doc: 'Who migrates: the app when it starts, or `trefoil migrate`.',
    },
  },
}

const NAME_ALONE: OptionGroup<Pick<DatabaseOptions, 'name'>, { readonly name: string }> = {
  name: DATABASE.name,
  prefix: DATABASE.prefix,
  rows: { name: DATABASE.rows.name },
}

/**
 * The rows of one of any name, which says what its variables are.
 *
 * @throws ImproperlyConfigured for a name that is none
 */
export function databaseGroup(given: { readonly name?: unknown }): {
  readonly name: string
  readonly group: typeof DATABASE
} {
  const { name } = readOptions(NAME_ALONE, { name: nameIn(given) })
  return { name, group: groupOf(name) }
}

function groupOf(name: string): typeof DATABASE {
  if (name === 'database') return DATABASE
  const prefix = `TREFOIL_${name.toUpperCase().replaceAll('-', '_')}`
  return { ...DATABASE, name: `database({ name: '${name}' })`, prefix }
}

/**
 * The file where nobody says which.
 *
 * @throws ImproperlyConfigured for the name of a file that another database has
 */
export function defaultFile(name: string): string {
  if (/^app$|(?:^|-)state$/.test(name)) {
    throw new ImproperlyConfigured(
      `database({ name: '${name}' }) needs a url: .data/${name}.db is the file of another database`,
    )
  }
  return `.data/${name === 'database' ? 'app' : name}.db`
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
  if (scheme === undefined && url.includes('://')) {
    // With a space or a quote in front: a file would be made of it, with the password in its name.
    throw new ImproperlyConfigured(
      `database(): ${option} is neither a file nor a URL: nothing belongs before postgres://, not even a space or a quote`,
    )
  }
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
  throw new ImproperlyConfigured(
    option === 'url'
      ? `database(): '${scheme}:' is no database that Trefoil knows; url is a file such as .data/app.db, or postgres://user:password@host/name`
      : `database(): ${option} is a file such as .data/state.db`,
  )
}

/** The file of what needs no unit, beside that of the units. */
export function stateFileOf(file: string, given: string | null): string {
  const own = given === null ? null : fileOf(given, 'state')
  if (own !== null && own === file && file !== ':memory:') {
    throw new ImproperlyConfigured(
      'database(): state is another file than url: what is counted in a call would wait for its own unit of work',
    )
  }
  if (own !== null) return own
  if (file === ':memory:') return file
  const name = basename(file, extname(file))
  return join(dirname(file), name === 'app' ? 'state.db' : `${name}-state.db`)
}

/** What is no object of options, or cannot be read, is refused with all the others. */
function nameIn(given: unknown): unknown {
  try {
    return Object(given).name
  } catch {
    return undefined
  }
}
