import { AsyncLocalStorage } from 'node:async_hooks'
import { type Kysely, sql } from 'kysely'
import {
  type Awaitable,
  type Dependency,
  dependency,
  ImproperlyConfigured,
  Secret,
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
import { type DatabaseOptions, databaseGroup } from './database-options.ts'
import { databaseProblems, orProblem, throwProblem } from './database-problems.ts'
import { keptIn } from './kept.ts'
import { APP } from './ledger.ts'
import { migrateAll, migrateCommand, missingOf, type Target } from './migrate-command.ts'
import { type Migration, readMigrations, type Step } from './migrations.ts'
import { PartTables } from './part-tables.ts'

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
  /** Where PostgreSQL is, for parts whose driver connects by itself; `null` on SQLite. It prints no password. */
  readonly url: Secret | null
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
  /**
   * Once a unit has been committed, such as to wake whoever waits for what it wrote; never, where it has
   * been rolled back. Must not throw.
   *
   * @param unit what `data.db` gives, or a part's `transaction` is given
   */
  afterCommit(unit: unknown, tell: () => void): void
  /** A check for `health({ checks: { database: data.check } })`. */
  check(): Promise<void>
}

/** Milliseconds for which a unit may be held before it is told: nobody else writes meanwhile. */
const LONG = 100
/** What is told then. */
const HELD: Readonly<Record<SqlDialect, string>> = {
  sqlite: 'A unit of work was held for long: nobody else could write',
  postgres:
    'A unit of work was held for long: what it changed was locked, and its connection taken',
}
/** Milliseconds up to which the last unit of an action was short enough to share a commit. */
const SHORT = 3

/**
 * The database of an app, SQLite in a file or PostgreSQL: `const data = database()`, `createApp({ parts: [data] })`.
 *
 * @typeParam Tables tables by name, as Kysely takes them
 * @param given a file, a `postgres://` URL, or options; without: `TREFOIL_DATABASE_URL`, else `.data/app.db`
 * @throws ImproperlyConfigured naming the option or the variable that is wrong
 */
export function database<Tables = Record<string, Record<string, unknown>>>(
  given: string | DatabaseOptions = {},
): Database<Tables> {
  const env = processEnvironment()
  const options = typeof given === 'string' ? { url: given } : given
  const { name, group } = databaseGroup(Object(options))
  const values = readOptions(group, options, { env })
  const { wait } = values
  const migrations: readonly Step[] = readMigrations(values.migrations)
  const kept = keptIn<Tables>(name, values)
  const { dialect, app } = kept
  const migratesAtStart =
    kept.migrates === 'always' || (values.migrate ?? defaultMigrate(kept.migrates, env)) === 'start'
  const units = new WeakMap<object, SqlUnit<Tables>>()
  const told = new WeakMap<object, (() => void)[]>()
  const current = new AsyncLocalStorage<SqlUnit<Tables>>()
  const lastHeld = new Map<string, number>()
  const parts = new PartTables()
  // Steps know no types of tables: those of an older schema are others.
  const untyped = () => app.get() as unknown as SqlStore<never>
  const state = () => kept.state?.get() ?? untyped()
  const store = () => app.get()
  /** Those of parts come first: tables of the app may refer to theirs. */
  const steps = () => [...parts.of('app'), { owner: APP, steps: migrations }]
  const stateSteps = () => parts.of('state')
  const targets: readonly Target[] =
    kept.state === null
      ? [{ file: kept.file, store: untyped, steps: () => [...stateSteps(), ...steps()] }]
      : [
          { file: kept.file, store: untyped, steps },
          { file: kept.stateFile, store: state, steps: stateSteps },
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
      return throwProblem(error)
    }
  }

  function tellCommitted(unit: SqlUnit<Tables>): void {
    for (const tell of told.get(unit.db) ?? []) tell()
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
          call.log.warn({ ms }, HELD[dialect])
        }
      }
      await unit.commit().catch(throwProblem)
      tellCommitted(unit)
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
    dialect,
    url: dialect === 'postgres' && values.url !== null ? new Secret(values.url) : null,
    tables: (owner, steps, where) => parts.add(owner, steps, where),
    statements: (unit) => {
      const found = units.get(Object(unit))
      if (found === undefined) throw new Error('data.statements() needs a unit of this database')
      return found.statements
    },
    state: {
      dialect,
      run: (text, given) => orProblem(() => state().alone(wait).run(text, given)),
    },
    afterCommit: (unit, tell) => {
      const key = Object(unit)
      if (units.get(key)?.hasEnded !== false) {
        throw new Error('data.afterCommit() needs an open unit of this database')
      }
      const all = told.get(key) ?? []
      told.set(key, all)
      all.push(tell)
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
        tellCommitted(unit)
        return value
      } catch (error) {
        await unit.rollback()
        throw error
      }
    },
  }
  return definePart(
    {
      name,
      options: group,
      problems: databaseProblems,
      start: async () => {
        parts.close()
        app.start()
        kept.state?.start()
        if (migratesAtStart) {
          await migrateAll(targets)
          return
        }
        const missing = await missingOf(targets, false)
        if (missing.length === 0) return
        throw new ImproperlyConfigured(
          `The database lacks ${missing.length} migration(s), from '${missing[0]}' on: run \`trefoil migrate\` first`,
        )
      },
      stop: async () => {
        await app.stop()
        await kept.state?.stop()
      },
      commands: [
        migrateCommand(targets, async () => {
          await app.close()
          await kept.state?.close()
        }),
      ],
    },
    more,
  )
}

function defaultMigrate(
  migrates: 'development' | 'command',
  env: Readonly<Record<string, string | undefined>>,
): 'start' | 'command' {
  return migrates === 'development' && env['TREFOIL_ENV'] === 'development' ? 'start' : 'command'
}
