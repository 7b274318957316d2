import { AsyncLocalStorage } from 'node:async_hooks'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { currentCall } from '../../current-call.ts'
import {
  type Awaitable,
  type Dependency,
  defineProblems,
  dependency,
  ImproperlyConfigured,
  type Problem,
  type ProblemSet,
  type ProviderCall,
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
import { type DatabaseBusy, openSqlite } from '../../sqlite.ts'
import { backupCommands } from './backup-commands.ts'
import {
  type DatabaseOptions,
  databaseGroup,
  defaultFile,
  fileOf,
  stateFileOf,
} from './database-options.ts'
import { LazyStore } from './lazy-store.ts'
import { APP, tablesWithoutKey } from './ledger.ts'
import {
  migrateAll,
  migrateCommand,
  missingOf,
  refuseBehind,
  type Target,
} from './migrate-command.ts'
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
  /**
   * The same for one moment: all that a call reads of it belongs together, whatever others commit meanwhile.
   * Holds a connection for as long as the call takes.
   */
  readonly snapshot: Dependency<Kysely<Tables>>
  /** `data.read` outside calls. */
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
  const options = typeof given === 'string' ? { url: given } : given
  const { name, group } = databaseGroup(Object(options))
  const values = readOptions(group, options, { env })
  const { synchronous, wait } = values
  const migrations: readonly Step[] = readMigrations(values.migrations)
  const file = fileOf(values.url ?? defaultFile(name))
  const stateFile = stateFileOf(file, values.state)
  const migratesAtStart =
    file === ':memory:' ||
    (values.migrate ?? (env['TREFOIL_ENV'] === 'development' ? 'start' : 'command')) === 'start'
  const units = new WeakMap<object, SqlUnit<Tables>>()
  /** Of those outside calls. */
  const current = new AsyncLocalStorage<SqlUnit<Tables>>()
  /** Ids of the calls that have a unit, or wait for one. */
  const holding = new Set<string>()
  const lastHeld = new Map<string, number>()
  const parts = new PartTables()
  const app = new LazyStore<Tables>(() => opened<Tables>(file, synchronous, wait))
  const state = new LazyStore<never>(() => opened<never>(stateFile, 'NORMAL', wait))
  const store = () => app.get()
  /** Steps know no types of tables: those of an older schema are others. */
  const untyped = () => store() as unknown as SqlStore<never>
  /** Those of parts come first: tables of the app may refer to theirs. */
  const targets: readonly Target[] = [
    {
      file,
      store: untyped,
      steps: () => [...parts.of('app'), { owner: APP, steps: migrations }],
    },
    { file: stateFile, store: () => state.get(), steps: () => parts.of('state') },
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
    const unit = rehearses
      ? await store().rehearse(holder, wait, signal)
      : await store().begin(holder, wait, signal, isShort)
    units.set(unit.db, unit)
    return unit
  }

  function told(call: ProviderCall, holder: string, { heldFor }: SqlUnit<Tables>): void {
    lastHeld.set(holder, heldFor)
    if (heldFor <= LONG) return
    const ms = Math.round(heldFor)
    call.log.warn({ ms }, 'A unit of work was held for long: nobody else could write')
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
          await unit.rollback()
        }
        throw error
      } finally {
        holding.delete(callId)
      }
      await unit.commit()
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
        const reading = await store()
          .reader()
          .startTransaction()
          .setAccessMode('read only')
          .setIsolationLevel('repeatable read')
          .execute()
        try {
          yield reading
        } finally {
          await reading.rollback().execute()
        }
      },
      { name: 'data.snapshot', preview: 'safe' },
    ) as Dependency<Kysely<Tables>>,
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
      run: (text, given) => state.get().alone(wait).run(text, given),
    },
    check: async () => {
      await sql`select 1`.execute(store().reader())
    },
    async unit<Value>(
      work: (db: Kysely<Tables>) => Awaitable<Value>,
      signal?: AbortSignal,
    ): Promise<Value> {
      refuseInside(idOfCall())
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
      name,
      options: group,
      problems: databaseProblems,
      start: async ({ log }) => {
        parts.close()
        app.start()
        state.start()
        if (migratesAtStart) await migrateAll(targets)
        else await refuseBehind(targets)
        const tables = await tablesWithoutKey(untyped().reader(), untyped().dialect)
        if (tables.length === 0) return
        log.warn({ tables }, 'Tables without a primary key: no preview shows what changes in them')
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
        ...backupCommands({
          file,
          missing: () => missingOf(targets, false),
          close: async () => {
            await app.close()
            await state.close()
          },
        }),
      ],
    },
    more,
  )
}

function opened<Tables>(
  file: string,
  synchronous: 'FULL' | 'NORMAL',
  wait: number,
): SqlStore<Tables> {
  if (file !== ':memory:') makePrivate(file)
  return openSqlite<Tables>(file, synchronous, wait, busyProblem)
}

/** Of this user alone: the files that SQLite lays beside it take its rights. */
function makePrivate(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  closeSync(openSync(file, 'a', 0o600))
}

/** Id of the call that runs; `null` outside calls. */
function idOfCall(): string | null {
  try {
    return currentCall().callId
  } catch {
    return null
  }
}

/** What waited for too long is told so, and not that something is broken. */
function busyProblem(cause: DatabaseBusy): Problem {
  return databaseProblems.problem('database_busy', { cause, headers: { 'retry-after': '1' } })
}
