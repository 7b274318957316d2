import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { type Awaitable, ImproperlyConfigured } from '../../index.ts'
import {
  kinds,
  type OptionGroup,
  REQUIRED,
  readOptions,
  type SqlStore,
  type SqlUnit,
  systemClock,
  type Values,
} from '../../parts.ts'

/** One step of the schema. Once it has been applied somewhere it is frozen: a change is another step. */
export interface Migration {
  /** Such as `0001-orders`: letters, digits, `-` and `_`. */
  readonly name: string
  /** One statement or several, for one database or for both. Its text is held to what was applied. */
  readonly sql?: string
  /** What no SQL can say, such as filling a table; after `sql`, in the same transaction. */
  readonly run?: (db: Kysely<never>) => Awaitable<unknown>
}

/** A step that has been read. */
interface Step {
  readonly name: string
  readonly sql: string | null
  readonly run: NonNullable<Migration['run']> | null
}

interface Applied {
  readonly name: string
  readonly checksum: string
}

/** Milliseconds for which one process waits for another that migrates. */
const WAIT = 60_000
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/

/** The rows of a {@link Migration}. */
export const MIGRATION: OptionGroup<
  Migration,
  Values<Migration, { sql: string | null; run: Step['run'] }>
> = {
  name: 'database(): migrations',
  prefix: 'TREFOIL_DATABASE',
  rows: {
    name: {
      read: kinds.kind('a name such as 0001-orders', (value): value is string => {
        return typeof value === 'string' && NAME.test(value)
      }),
      default: REQUIRED,
      doc: 'Letters, digits, `-` and `_`.',
    },
    sql: {
      read: kinds.orNull(kinds.text),
      default: null,
      doc: 'One statement or several. Its text is held to what was applied.',
    },
    run: {
      read: kinds.orNull(kinds.callable<NonNullable<Migration['run']>>()),
      default: null,
      doc: 'What no SQL can say; after `sql`, in the same transaction.',
    },
  },
}

/**
 * Each read once.
 *
 * @throws ImproperlyConfigured naming the step and what to write
 */
export function readMigrations(given: readonly unknown[]): readonly Step[] {
  const steps = given.map((one) => readOptions(MIGRATION, one))
  const names = new Set<string>()
  for (const { name, sql: text, run } of steps) {
    if (names.has(name)) {
      throw new ImproperlyConfigured(`database(): migrations have '${name}' twice`)
    }
    names.add(name)
    if (text === null && run === null) {
      throw new ImproperlyConfigured(`database(): migrations: '${name}' needs sql, or run`)
    }
  }
  return steps
}

/**
 * Names of the steps that a database lacks.
 *
 * @throws ImproperlyConfigured for a database that other steps made
 */
export async function pendingSteps(
  store: SqlStore<never>,
  migrations: readonly Step[],
): Promise<readonly string[]> {
  return pending(migrations, await readLedger(store.reader())).map(({ name }) => name)
}

/**
 * Applies what is missing, all of it or nothing, and writes it down. Of two processes that do so at once
 * one waits and finds the work done.
 *
 * @returns names of the steps that were applied
 */
export async function migrate(
  store: SqlStore<never>,
  migrations: readonly Step[],
): Promise<readonly string[]> {
  if ((await pendingSteps(store, migrations)).length === 0) return []
  const unit = await store.beginChangingTables('the migrations', WAIT)
  try {
    const applied = await readLedger(unit.db)
    const missing = pending(migrations, applied)
    await unit.exec(`create table if not exists trefoil_migrations (
      position integer primary key,
      name text not null unique,
      checksum text not null,
      applied_at text not null
    ) strict`)
    let position = applied.length
    for (const step of missing) await apply(unit, step, ++position)
    await checkReferences(unit)
    await unit.commit()
    store.schemaChanged()
    return missing.map(({ name }) => name)
  } catch (error) {
    await unit.rollback()
    throw error
  }
}

/** @throws Error naming the tables when rows refer to what is not there */
async function checkReferences(unit: SqlUnit<never>): Promise<void> {
  const { rows } = await sql<{ table: string; parent: string }>`pragma foreign_key_check`.execute(
    unit.db,
  )
  const [first] = rows
  if (first === undefined) return
  throw new Error(
    `After the migrations ${rows.length} row(s), the first of '${first.table}', refer to rows of '${first.parent}' that are not there; nothing was changed`,
  )
}

async function apply(unit: SqlUnit<never>, step: Step, position: number): Promise<void> {
  try {
    if (step.sql !== null) await unit.exec(step.sql)
    await step.run?.(unit.db)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`Migration '${step.name}' failed: ${why}`, { cause })
  }
  const at = new Date(systemClock.now()).toISOString()
  await sql`insert into trefoil_migrations values
    (${position}, ${step.name}, ${checksumOf(step)}, ${at})`.execute(unit.db)
}

function pending(migrations: readonly Step[], applied: readonly Applied[]): readonly Step[] {
  for (const [index, { name, checksum }] of applied.entries()) {
    const step = migrations[index]
    if (step?.name !== name) {
      const found = step === undefined ? 'the app has no such step' : `the app has '${step.name}'`
      throw new ImproperlyConfigured(
        `database(): step ${index + 1} of the database is '${name}', and ${found} there; ` +
          'steps are added at the end, and an older app does not run on a newer database',
      )
    }
    if (checksumOf(step) !== checksum) {
      throw new ImproperlyConfigured(
        `database(): migration '${name}' has been changed since it was applied; put it back and add a step`,
      )
    }
  }
  return migrations.slice(applied.length)
}

async function readLedger(db: Kysely<never>): Promise<readonly Applied[]> {
  const table = await sql`select 1 from sqlite_schema where name = 'trefoil_migrations'`.execute(db)
  if (table.rows.length === 0) return []
  const { rows } =
    await sql<Applied>`select name, checksum from trefoil_migrations order by position`.execute(db)
  return rows
}

/** Line ends are those of whoever checked the file out. */
function checksumOf({ sql: text }: Step): string {
  return createHash('sha256')
    .update((text ?? '').replaceAll('\r\n', '\n'))
    .digest('hex')
}
