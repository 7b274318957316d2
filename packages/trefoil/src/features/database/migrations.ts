import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { type Awaitable, ImproperlyConfigured } from '../../index.ts'
import {
  checkOptionNames,
  kinds,
  type OptionGroup,
  type OptionNames,
  REQUIRED,
  readOptions,
  type SqlDialect,
  type SqlStore,
  type SqlUnit,
  systemClock,
  type Values,
} from '../../parts.ts'
import { APP, type Applied, makeLedger, OURS, readLedger, tablesOf, writeLedger } from './ledger.ts'

/** Statements of a step for each database; empty where there is nothing to do. */
export interface MigrationSql {
  readonly sqlite: string
  readonly postgres: string
}

/** One step of the schema. Once it has been applied somewhere it is frozen: a change is another step. */
export interface Migration {
  /** Such as `0001-orders`: letters, digits, `-` and `_`. */
  readonly name: string
  /** One statement or several, for one database or for both. Its text is held to what was applied. */
  readonly sql?: string | MigrationSql
  /** What no SQL can say, such as filling a table; after `sql`, in the same transaction. */
  readonly run?: (db: Kysely<never>) => Awaitable<unknown>
}

/** A step that has been read. */
export interface Step {
  readonly name: string
  readonly sql: string | MigrationSql | null
  readonly run: NonNullable<Migration['run']> | null
}

/** The steps of the app, or of a part that keeps something. */
export interface Steps {
  /** `app`, or the name under which the part has its tables. */
  readonly owner: string
  readonly steps: readonly Step[]
}

/** Milliseconds for which one process waits for another that migrates. */
const WAIT = 60_000
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/

const SQL_NAMES: OptionNames<MigrationSql> = { sqlite: true, postgres: true }

/** The rows of a {@link Migration}. */
export const MIGRATION: OptionGroup<
  Migration,
  Values<Migration, { sql: Step['sql']; run: Step['run'] }>
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
      read: {
        words: 'text',
        read(value, path) {
          if (value === null || (typeof value === 'string' && value !== '')) return { value }
          if (typeof value !== 'object') return { mistake: 'must be text, or { sqlite, postgres }' }
          checkOptionNames(path, value, SQL_NAMES)
          const { sqlite, postgres }: Partial<Record<keyof MigrationSql, unknown>> = value
          return typeof sqlite === 'string' && typeof postgres === 'string'
            ? { value: Object.freeze({ sqlite, postgres }) }
            : { mistake: 'must have the text of both: { sqlite, postgres }' }
        },
      },
      default: null,
      doc: 'One statement or several, or `{ sqlite, postgres }`. Its text is held to what was applied.',
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
 * @param of who has them, for messages
 * @throws ImproperlyConfigured naming the step and what to write
 */
export function readMigrations(
  given: readonly unknown[],
  of = 'database(): migrations',
): readonly Step[] {
  const steps = given.map((one) => readOptions({ ...MIGRATION, name: of }, one))
  const names = new Set<string>()
  for (const { name, sql: text, run } of steps) {
    if (names.has(name)) throw new ImproperlyConfigured(`${of} have '${name}' twice`)
    names.add(name)
    if (text === null && run === null) {
      throw new ImproperlyConfigured(`${of}: '${name}' needs sql, or run`)
    }
  }
  return steps
}

/** As it is shown: the app's own steps by their names, those of parts behind the owner's. */
export function shownStep(owner: string, name: string): string {
  return owner === APP ? name : `${owner}/${name}`
}

/**
 * The steps that a database lacks, as they are shown.
 *
 * @throws ImproperlyConfigured for a database that other steps made
 */
export async function pendingSteps(
  store: SqlStore<never>,
  all: readonly Steps[],
): Promise<readonly string[]> {
  return pending(all, await readLedger(store.reader(), store.dialect), store.dialect).map(
    ({ owner, step }) => shownStep(owner, step.name),
  )
}

/**
 * Applies what is missing, all of it or nothing, and writes it down. Of two processes that do so at once
 * one waits and finds the work done.
 *
 * @returns the steps that were applied, as they are shown
 */
export async function migrate(
  store: SqlStore<never>,
  all: readonly Steps[],
): Promise<readonly string[]> {
  if ((await pendingSteps(store, all)).length === 0) return []
  const { dialect } = store
  const unit = await store.beginChangingTables('the migrations', WAIT)
  try {
    const missing = pending(all, await readLedger(unit.db, dialect), dialect)
    await makeLedger(unit, dialect)
    for (const one of missing) await apply(unit, one, dialect)
    if (dialect === 'sqlite') await checkReferences(unit)
    await unit.commit()
    store.schemaChanged()
    return missing.map(({ owner, step }) => shownStep(owner, step.name))
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

interface Missing {
  readonly owner: string
  readonly step: Step
  readonly position: number
}

async function apply(
  unit: SqlUnit<never>,
  { owner, step, position }: Missing,
  dialect: SqlDialect,
): Promise<void> {
  const text = textOf(step, dialect)
  try {
    const before = await tablesOf(unit.db, dialect)
    if (text !== '') await unit.exec(text)
    await step.run?.(unit.db)
    for (const table of await tablesOf(unit.db, dialect)) {
      if (!before.has(table)) checkTable(owner, table)
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`Migration '${shownStep(owner, step.name)}' failed: ${why}`, { cause })
  }
  const applied = { owner, name: step.name, checksum: checksumOf(text) }
  await writeLedger(unit.db, applied, position, systemClock.now())
}

/** @throws Error for a table that may be somebody else's */
function checkTable(owner: string, table: string): void {
  if (owner === APP) {
    if (!OURS.test(table)) return
    throw new Error(`the table '${table}' has a name that is for parts; write one without trefoil_`)
  }
  const own = `trefoil_${owner}`
  if (table === own || table.startsWith(`${own}_`)) return
  throw new Error(`the table '${table}' is not named as those of '${owner}' are: ${own}_…`)
}

function pending(
  all: readonly Steps[],
  ledger: readonly Applied[],
  dialect: SqlDialect,
): readonly Missing[] {
  return all.flatMap(({ owner, steps }) => {
    const applied = ledger.filter((one) => one.owner === owner)
    checkApplied(owner, steps, applied, dialect)
    return steps
      .slice(applied.length)
      .map((step, index) => ({ owner, step, position: applied.length + index + 1 }))
  })
}

function checkApplied(
  owner: string,
  steps: readonly Step[],
  applied: readonly Applied[],
  dialect: SqlDialect,
): void {
  const app = owner === APP ? 'the app' : `'${owner}'`
  for (const [index, { name, checksum }] of applied.entries()) {
    const step = steps[index]
    if (step?.name !== name) {
      const found = step === undefined ? `${app} has no such step` : `${app} has '${step.name}'`
      throw new ImproperlyConfigured(
        `database(): step ${index + 1} of the database is '${shownStep(owner, name)}', and ${found} there; ` +
          'steps are added at the end, and an older app does not run on a newer database',
      )
    }
    if (checksumOf(textOf(step, dialect)) !== checksum) {
      throw new ImproperlyConfigured(
        `database(): migration '${shownStep(owner, name)}' has been changed since it was applied; put it back and add a step`,
      )
    }
  }
}

function textOf({ sql: text }: Step, dialect: SqlDialect): string {
  return typeof text === 'string' ? text : (text?.[dialect] ?? '')
}

/** Line ends are those of whoever checked the file out. */
function checksumOf(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex')
}
