import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import { currentCall } from '../../current-call.ts'
import {
  type Awaitable,
  type Dependency,
  dependency,
  ImproperlyConfigured,
  type ProviderCall,
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
  TransactionConflict,
} from '../../parts.ts'
import { backupCommands } from './backup-commands.ts'
import { type DatabaseOptions, databaseGroup } from './database-options.ts'
import { databaseProblems, orProblem, throwProblem } from './database-problems.ts'
import { keptIn } from './kept.ts'
import { APP, tablesWithoutKey } from './ledger.ts'
import {
  migrateAll,
  migrateCommand,
  missingOf,
  refuseBehind,
  refuseLacking,
  refuseWithout,
  type Target,
} from './migrate-command.ts'
import { type Migration, readMigrations, type Step } from './migrations.ts'
import { PartTables } from './part-tables.ts'
import { UnitFigures } from './unit-figures.ts'

/** The database of an app: a part, and what its code uses of it. */
export interface Database<Tables> extends Part {
  /**
   * The unit of work of a call, for actions that may change something: opened with the call, committed
   * with its answer, rolled back by any failure. One at a time in a process.
   */
  readonly db: Dependency<Kysely<Tables>>
  /** Reads what has been committed; a write through it is refused. */
  readonly read: Dependency<Kysely<Tables>>
  /**
   * The same for one moment: all that a call reads of it belongs together, whatever others commit meanwhile.
   * Holds a connection for as long as the call takes.
   */
  readonly snapshot: Dependency<Kysely<Tables>>
  /** `data.read` outside calls. */
  queries(): Kysely<Tables>
  /**
   * A unit of work outside calls: in start-up hooks, commands, background work. Committed when the work
   * is done, rolled back when it throws. On PostgreSQL the work is done again, from its beginning, when it met
   * another that changed the same: let it do nothing that is not in the database.
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
   * For commands that read those tables without starting the app (`starts: false`). Makes no file.
   *
   * @throws ImproperlyConfigured where the tables of that owner are not there, naming the command that makes them
   */
  needTables(owner: string): Promise<void>
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
  /** A check for `health({ checks: { database: data.check } })`: it answers, and has the tables of this app. */
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
/** How often a unit outside calls is tried that meets others, and the milliseconds of its first pause. */
const TRIES = 8
const PAUSE = 8
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
  const afterwards = new WeakMap<object, (() => void)[]>()
  /** Of those outside calls. */
  const current = new AsyncLocalStorage<SqlUnit<Tables>>()
  /** Ids of the calls that have a unit, or wait for one. */
  const holding = new Set<string>()
  const lastHeld = new Map<string, number>()
  let counts: UnitFigures | null = null
  const parts = new PartTables()
  const state = () => kept.state?.get() ?? untyped()
  const store = () => app.get()
  /** Steps know no types of tables: those of an older schema are others. */
  const untyped = () => store() as unknown as SqlStore<never>
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

  /**
   * @param caller id of the call that asks; `null` for none
   * @throws Error where it would wait for itself
   */
  function refuseInside(caller: string | null): void {
    const around = current.getStore()
    const isInside = around !== undefined && !around.hasEnded
    if (!isInside && (caller === null || !holding.has(caller))) return
    throw new Error(
      'A unit of work was begun inside one that is open: it would wait for itself. Use the db of the open one',
    )
  }

  async function begin(
    holder: string,
    signal: () => AbortSignal | undefined,
    rehearses = false,
  ): Promise<SqlUnit<Tables>> {
    const isShort = (lastHeld.get(holder) ?? LONG) <= SHORT
    const beginning = (): Promise<SqlUnit<Tables>> =>
      rehearses
        ? store().rehearse(holder, wait, signal)
        : store().begin(holder, wait, signal, isShort)
    try {
      const unit = await (counts === null ? beginning() : counts.begun(beginning))
      units.set(unit.db, unit)
      return unit
    } catch (error) {
      return throwProblem(error)
    }
  }

  /** Kept, or nothing of it. @throws Error where it could not be kept */
  async function commit(unit: SqlUnit<Tables>): Promise<void> {
    try {
      await unit.commit()
    } catch (error) {
      counts?.failed(unit, error)
      throwProblem(error)
    }
    counts?.ended(unit, 'committed')
    tellCommitted(unit)
  }

  async function rollback(unit: SqlUnit<Tables>, error: unknown, rehearses = false): Promise<void> {
    if (rehearses) counts?.ended(unit, 'rehearsed')
    else counts?.failed(unit, error)
    await unit.rollback()
  }

  function tellCommitted(unit: SqlUnit<Tables>): void {
    for (const tell of afterwards.get(unit.db) ?? []) tell()
  }

  function told(call: ProviderCall, holder: string, { heldFor }: SqlUnit<Tables>): void {
    lastHeld.set(holder, heldFor)
    if (heldFor > LONG) call.log.warn({ ms: Math.round(heldFor) }, HELD[dialect])
  }

  const db = dependency(
    async function* (_, call) {
      const { action } = call
      if (!action.changes) {
        throw new ImproperlyConfigured(
          `'${action.name}' changes nothing and asked for data.db; take data.read, or set changes: true`,
        )
      }
      const { callId } = call
      refuseInside(callId)
      const holder = `action '${action.name}'`
      let unit: SqlUnit<Tables> | null = null
      // While it waits for its turn as well: what waits for both would never come to give it up.
      holding.add(callId)
      try {
        unit = await begin(holder, () => call.signal, call.rehearses)
        yield unit.db
        told(call, holder, unit)
      } catch (error) {
        if (unit !== null) {
          told(call, holder, unit)
          await rollback(unit, error, call.rehearses)
        }
        throw error
      } finally {
        holding.delete(callId)
      }
      await commit(unit)
    },
    {
      name: 'data.db',
      unit: true,
      preview: 'safe',
    },
  )

  const more: Omit<Database<Tables>, keyof Part> = {
    db,
    read: dependency(() => store().reader(), { name: 'data.read', preview: 'safe' }),
    snapshot: dependency(
      async function* () {
        const reader = store().reader()
        const reading = await reader
          .startTransaction()
          .setAccessMode('read only')
          .setIsolationLevel('repeatable read')
          .execute()
        try {
          yield reading
        } finally {
          // What it is still at would be waited for, longer than the call may take.
          await reader.destroy()
        }
      },
      { name: 'data.snapshot', preview: 'safe' },
    ) as Dependency<Kysely<Tables>>,
    queries: () => store().reader(),
    dialect,
    url: dialect === 'postgres' && values.url !== null ? new Secret(values.url) : null,
    tables: (owner, steps, where) => parts.add(owner, steps, where),
    needTables: (owner) => refuseWithout(owner, targets),
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
      const all = afterwards.get(key) ?? []
      afterwards.set(key, all)
      all.push(tell)
    },
    check: async () => {
      await sql`select 1`.execute(store().reader())
      await refuseLacking(targets)
    },
    async unit<Value>(
      work: (db: Kysely<Tables>) => Awaitable<Value>,
      signal?: AbortSignal,
    ): Promise<Value> {
      refuseInside(idOfCall())
      for (let tries = 1; ; tries++) {
        const unit = await begin('a unit outside calls', () => signal)
        try {
          const value = await current.run(unit, async () => work(unit.db))
          await commit(unit)
          return value
        } catch (error) {
          await rollback(unit, error)
          if (!(error instanceof TransactionConflict) || tries === TRIES) throw error
        }
        await pause(tries, signal)
      }
    },
  }
  return definePart(
    {
      name,
      options: group,
      problems: databaseProblems,
      figures: () => {
        counts ??= new UnitFigures()
        return counts.figures(name, { app, state: kept.state })
      },
      start: async ({ log }) => {
        parts.close()
        app.start()
        kept.state?.start()
        if (migratesAtStart) await migrateAll(targets)
        else await refuseBehind(targets)
        const tables = await tablesWithoutKey(untyped().reader(), dialect)
        if (tables.length === 0) return
        log.warn({ tables }, 'Tables without a primary key: no preview shows what changes in them')
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
        ...backupCommands({
          file: kept.file,
          missing: () => missingOf(targets, false),
          close: async () => {
            await app.close()
            await kept.state?.close()
          },
        }),
      ],
    },
    more,
  )
}

/** Waits a moment before the same is tried once more. @throws the reason of the signal */
async function pause(tries: number, signal: AbortSignal | undefined): Promise<void> {
  // One of those that meet has always been kept: they need not part by chance.
  await setTimeout(PAUSE * tries, undefined, signal === undefined ? {} : { signal })
}

/** Id of the call that runs; `null` outside calls. */
function idOfCall(): string | null {
  try {
    return currentCall().callId
  } catch {
    return null
  }
}

function defaultMigrate(
  migrates: 'development' | 'command',
  env: Readonly<Record<string, string | undefined>>,
): 'start' | 'command' {
  return migrates === 'development' && env['TREFOIL_ENV'] === 'development' ? 'start' : 'command'
}
