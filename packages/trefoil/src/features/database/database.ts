import { AsyncLocalStorage } from 'node:async_hooks'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Kysely, sql } from 'kysely'
import {
  type Awaitable,
  type Dependency,
  defineProblems,
  dependency,
  ImproperlyConfigured,
  type ProblemSet,
} from '../../index.ts'
import {
  definePart,
  type Part,
  processEnvironment,
  readOptions,
  type SqlDialect,
  type SqlStatements,
  type SqlStore,
  type SqlUnit,
} from '../../parts.ts'
import { DatabaseBusy, openSqlite } from '../../sqlite.ts'
import { DATABASE, type DatabaseOptions, fileOf, stateFileOf } from './database-options.ts'
import { LazyStore } from './lazy-store.ts'
import { APP } from './ledger.ts'
import { migrateAll, migrateCommand, missingOf, type Target } from './migrate-command.ts'
import { type Migration, readMigrations, type Step } from './migrations.ts'
import { PartTables } from './part-tables.ts'

/** Codes of {@link databaseProblems}. */
export type DatabaseProblem = 'database_busy'

/** What a call that writes is refused with. */
export const databaseProblems: ProblemSet<DatabaseProblem> = defineProblems('database', {
  database_busy: {
    status: 503,
    text: 'The database is busy',
    fix: 'Repeat the call later; nothing was done.',
  },
})

/** The database of an app: a part, and what its code uses of it. */
export interface Database<Tables> extends Part {
  /**
   * The unit of work of a call, for actions that may change something: opened with the call, committed
   * with its answer, rolled back by any failure. One at a time in a process.
   */
  readonly db: Dependency<Kysely<Tables>>
  /** Reads what has been committed; a write through it is refused. */
  readonly read: Dependency<Kysely<Tables>>
  /** The same outside calls. */
  queries(): Kysely<Tables>
  /**
   * A unit of work outside calls: in start-up hooks, commands, background work. Committed when the work
   * is done, rolled back when it throws.
   *
   * @param signal ends the waiting for the turn
   * @throws Error inside a call, or a unit, that has one open: it would wait for itself
   */
  unit<Value>(work: (db: Kysely<Tables>) => Awaitable<Value>, signal?: AbortSignal): Promise<Value>
  readonly dialect: SqlDialect
  /**
   * For parts that keep something: their tables, by steps of their own in the same ledger, under a name of
   * theirs. To be called when the part is made.
   *
   * @param where `app`: the database of the units; `state`: counters and the like that need no unit, which on
   *   SQLite have a file of their own. Default `app`
   */
  tables(owner: string, migrations: readonly Migration[], where?: 'app' | 'state'): void
  /**
   * Prepared statements in a unit.
   *
   * @param unit what `data.db` gives, or a part's `transaction` is given
   */
  statements(unit: unknown): SqlStatements
  /** Prepared statements outside units, each kept by itself, in the database of `state`. */
  readonly state: SqlStatements
  /** A check for `health({ checks: { database: data.check } })`. */
  check(): Promise<void>
}

/** Milliseconds for which a unit may be held before it is told: nobody else writes meanwhile. */
const LONG = 100
/** Milliseconds up to which the last unit of an action was short enough to share a commit. */
const SHORT = 3

/**
 * The database of an app, SQLite in a file: `const data = database()`, `createApp({ parts: [data] })`.
 *
 * @typeParam Tables tables by name, as Kysely takes them
 * @param given a file, or options; without: `TREFOIL_DATABASE_URL`, else `.data/app.db`
 * @throws ImproperlyConfigured naming the option or the variable that is wrong
 */
export function database<Tables = Record<string, Record<string, unknown>>>(
  given: string | DatabaseOptions = {},
): Database<Tables> {
  const env = processEnvironment()
  const values = readOptions(DATABASE, typeof given === 'string' ? { url: given } : given, { env })
  const { synchronous, wait } = values
  const migrations: readonly Step[] = readMigrations(values.migrations)
  const file = fileOf(values.url)
  const stateFile = stateFileOf(file, values.state)
  const migratesAtStart =
    file === ':memory:' ||
    (values.migrate ?? (env['TREFOIL_ENV'] === 'development' ? 'start' : 'command')) === 'start'
  const units = new WeakMap<object, SqlUnit<Tables>>()
  const current = new AsyncLocalStorage<SqlUnit<Tables>>()
  const lastHeld = new Map<string, number>()
  const parts = new PartTables()
  const app = new LazyStore<Tables>(() => opened<Tables>(file, synchronous))
  const state = new LazyStore<never>(() => opened<never>(stateFile, 'NORMAL'))
  const store = () => app.get()
  /** Those of parts come first: tables of the app may refer to theirs. */
  const targets: readonly Target[] = [
    {
      file,
      // Steps know no types of tables: those of an older schema are others.
      store: () => store() as unknown as SqlStore<never>,
      steps: () => [...parts.of('app'), { owner: APP, steps: migrations }],
    },
    { file: stateFile, store: () => state.get(), steps: () => parts.of('state') },
  ]

  async function begin(
    holder: string,
    signal: () => AbortSignal | undefined,
  ): Promise<SqlUnit<Tables>> {
    const around = current.getStore()
    if (around !== undefined && !around.hasEnded) {
      throw new Error(
        'A unit of work was begun inside one that is open: it would wait for itself. Use the db of the open one',
      )
    }
    const isShort = (lastHeld.get(holder) ?? LONG) <= SHORT
    try {
      const unit = await store().begin(holder, wait, signal, isShort)
      units.set(unit.db, unit)
      return unit
    } catch (error) {
      return refuseBusy(error)
    }
  }

  const db = dependency(
    async function* (_, call) {
      const { action } = call
      if (!action.changes) {
        throw new ImproperlyConfigured(
          `'${action.name}' changes nothing and asked for data.db; take data.read, or set changes: true`,
        )
      }
      const unit = await begin(`action '${action.name}'`, () => call.signal)
      let error: unknown
      try {
        yield unit.db
      } catch (failure) {
        error = { failure }
        throw failure
      } finally {
        const ms = Math.round(unit.heldFor)
        lastHeld.set(`action '${action.name}'`, unit.heldFor)
        if (error !== undefined) await unit.rollback()
        if (ms > LONG) {
          call.log.warn({ ms }, 'A unit of work was held for long: nobody else could write')
        }
      }
      await unit.commit()
    },
    {
      name: 'data.db',
      unit: true,
      preview: 'safe',
      within: (value, run) => {
        const unit = units.get(Object(value))
        return unit === undefined ? run() : current.run(unit, run)
      },
    },
  )

  const more: Omit<Database<Tables>, keyof Part> = {
    db,
    read: dependency(() => store().reader(), { name: 'data.read', preview: 'safe' }),
    queries: () => store().reader(),
    dialect: 'sqlite',
    tables: (owner, steps, where) => parts.add(owner, steps, where),
    statements: (unit) => {
      const found = units.get(Object(unit))
      if (found === undefined) throw new Error('data.statements() needs a unit of this database')
      return found.statements
    },
    state: {
      dialect: 'sqlite',
      run: (text, given) => orBusy(() => state.get().alone(wait).run(text, given)),
    },
    check: async () => {
      await sql`select 1`.execute(store().reader())
    },
    async unit<Value>(
      work: (db: Kysely<Tables>) => Awaitable<Value>,
      signal?: AbortSignal,
    ): Promise<Value> {
      const unit = await begin('a unit outside calls', () => signal)
      try {
        const value = await current.run(unit, async () => work(unit.db))
        await unit.commit()
        return value
      } catch (error) {
        await unit.rollback()
        throw error
      }
    },
  }
  return definePart(
    {
      name: 'database',
      options: DATABASE,
      problems: databaseProblems,
      start: async () => {
        parts.close()
        app.start()
        state.start()
        if (migratesAtStart) {
          await migrateAll(targets)
          return
        }
        const missing = await missingOf(targets, false)
        if (missing.length === 0) return
        throw new ImproperlyConfigured(
          `The database lacks ${missing.length} migration(s), from '${missing[0]}' on: run \`trefoil database migrate\` first`,
        )
      },
      stop: async () => {
        await app.stop()
        await state.stop()
      },
      commands: [
        migrateCommand(targets, async () => {
          await app.close()
          await state.close()
        }),
      ],
    },
    more,
  )
}

function opened<Tables>(file: string, synchronous: 'FULL' | 'NORMAL'): SqlStore<Tables> {
  if (file !== ':memory:') makePrivate(file)
  return openSqlite<Tables>(file, synchronous)
}

/** Of this user alone: the files that SQLite lays beside it take its rights. */
function makePrivate(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  closeSync(openSync(file, 'a', 0o600))
}

/** What waited for too long is told so, and not that something is broken. */
function orBusy<Value>(work: () => Awaitable<Value>): Awaitable<Value> {
  try {
    const value = work()
    return value instanceof Promise ? value.catch(refuseBusy) : value
  } catch (error) {
    return refuseBusy(error)
  }
}

function refuseBusy(error: unknown): never {
  if (!(error instanceof DatabaseBusy)) throw error
  throw databaseProblems.problem('database_busy', { cause: error })
}
