import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { type Awaitable, ImproperlyConfigured } from '../../index.ts'
import type { SqliteStore, SqliteUnit } from '../../sqlite.ts'

/** One step of the schema. Once it has been applied somewhere it is frozen: a change is another step. */
export interface Migration {
  /** Such as `0001-orders`: letters, digits, `-` and `_`. */
  readonly name: string
  /** One statement or several. Its text is held to what was applied. */
  readonly sql?: string
  /** What no SQL can say, such as filling a table; after `sql`, in the same transaction. */
  readonly run?: (db: Kysely<never>) => Awaitable<unknown>
}

interface Applied {
  readonly name: string
  readonly checksum: string
}

/** Milliseconds for which one process waits for another that migrates. */
const WAIT = 60_000
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/
const MEMBERS: readonly string[] = ['name', 'sql', 'run']

/** @returns the migrations, each member read once; else what is wrong with them */
export function checkMigrations(given: unknown): readonly Migration[] | string {
  if (!Array.isArray(given)) return "must be a list of { name: '0001-orders', sql: '…' }"
  const names = new Set<string>()
  const read: Migration[] = []
  for (const one of given as readonly unknown[]) {
    const member: Readonly<Record<string, unknown>> = { ...Object(one) }
    const { name, sql: text, run } = member
    if (typeof name !== 'string' || !NAME.test(name)) {
      return 'has a step without a name such as 0001-orders'
    }
    const unknown = Object.keys(member).find((key) => !MEMBERS.includes(key))
    if (unknown !== undefined) return `'${name}' has '${unknown}'; a step has name, sql and run`
    if (names.has(name)) return `has '${name}' twice`
    names.add(name)
    const fits = (text === undefined || typeof text === 'string') && isWork(run)
    if (!fits || (text === undefined && run === undefined)) {
      return `'${name}' needs sql, a text, or run, a function`
    }
    read.push(
      Object.freeze({
        name,
        ...(typeof text === 'string' ? { sql: text } : {}),
        ...(run === undefined ? {} : { run }),
      }),
    )
  }
  return Object.freeze(read)
}

function isWork(run: unknown): run is Migration['run'] {
  return run === undefined || typeof run === 'function'
}

/**
 * Names of the steps that a database lacks.
 *
 * @throws ImproperlyConfigured for a database that other steps made
 */
export async function pendingSteps(
  store: SqliteStore<never>,
  migrations: readonly Migration[],
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
  store: SqliteStore<never>,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  if ((await pendingSteps(store, migrations)).length === 0) return []
  const unit = await store.begin('the migrations', { wait: WAIT })
  try {
    const applied = await readLedger(unit.db)
    const missing = pending(migrations, applied)
    unit.exec(`create table if not exists trefoil_migrations (
      position integer primary key,
      name text not null unique,
      checksum text not null,
      applied_at text not null
    ) strict`)
    let position = applied.length
    for (const step of missing) await apply(unit, step, ++position)
    await unit.commit()
    store.schemaChanged()
    return missing.map(({ name }) => name)
  } catch (error) {
    unit.rollback()
    throw error
  }
}

async function apply(
  unit: SqliteUnit<never>,
  step: Migration,
  position: number,
): Promise<void> {
  try {
    if (step.sql !== undefined) unit.exec(step.sql)
    await step.run?.(unit.db)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`Migration '${step.name}' failed: ${why}`, { cause })
  }
  const at = new Date().toISOString()
  await sql`insert into trefoil_migrations values
    (${position}, ${step.name}, ${checksumOf(step)}, ${at})`.execute(unit.db)
}

function pending(
  migrations: readonly Migration[],
  applied: readonly Applied[],
): readonly Migration[] {
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
function checksumOf({ sql: text = '' }: Migration): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex')
}
