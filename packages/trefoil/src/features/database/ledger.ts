import { type Kysely, sql } from 'kysely'
import type { SqlDialect, SqlUnit } from '../../parts.ts'

/** The owner of the app's own steps. */
export const APP = 'app'

/** Tables that are not the app's to name. */
export const OURS: RegExp = /^trefoil_/i

/** A step that a database has. */
export interface Applied {
  readonly owner: string
  readonly name: string
  readonly checksum: string
}

/** What a database has, for each owner in the order in which it was applied. */
export async function readLedger(
  db: Kysely<never>,
  dialect: SqlDialect,
): Promise<readonly Applied[]> {
  const columns = await columnsOf(db, dialect)
  if (columns.size === 0) return []
  const owner = columns.has('owner') ? sql`owner` : sql`${sql.lit(APP)} as owner`
  const { rows } =
    await sql<Applied>`select ${owner}, name, checksum from trefoil_migrations order by position`.execute(
      db,
    )
  return rows
}

/** Makes the table, or brings along that of 0.1, where all steps were the app's. */
export async function makeLedger(unit: SqlUnit<never>, dialect: SqlDialect): Promise<void> {
  const columns = await columnsOf(unit.db, dialect)
  if (columns.has('owner')) return
  if (columns.size > 0) await unit.exec('alter table trefoil_migrations rename to trefoil_before')
  await unit.exec(`create table trefoil_migrations (
    owner text not null,
    position integer not null,
    name text not null,
    checksum text not null,
    applied_at text not null,
    primary key (owner, position),
    unique (owner, name)
  ) ${dialect === 'sqlite' ? 'strict' : ''}`)
  if (columns.size === 0) return
  await unit.exec(`insert into trefoil_migrations
    select '${APP}', position, name, checksum, applied_at from trefoil_before;
    drop table trefoil_before`)
}

export async function writeLedger(
  db: Kysely<never>,
  { owner, name, checksum }: Applied,
  position: number,
  at: number,
): Promise<void> {
  await sql`insert into trefoil_migrations (owner, position, name, checksum, applied_at)
    values (${owner}, ${position}, ${name}, ${checksum}, ${new Date(at).toISOString()})`.execute(db)
}

/** Names of the tables there are. */
export async function tablesOf(
  db: Kysely<never>,
  dialect: SqlDialect,
): Promise<ReadonlySet<string>> {
  const query =
    dialect === 'sqlite'
      ? sql<Named>`select name from sqlite_schema where type = 'table' and name not like 'sqlite!_%' escape '!'`
      : sql<Named>`select table_name as name from information_schema.tables where table_schema = current_schema()`
  const { rows } = await query.execute(db)
  return new Set(rows.map(({ name }) => name))
}

/** Tables of the app that declare no primary key: what changes in them no preview and no change feed can show. */
export async function tablesWithoutKey(
  db: Kysely<never>,
  dialect: SqlDialect,
): Promise<readonly string[]> {
  const query =
    dialect === 'sqlite'
      ? sql<Named>`select name from pragma_table_list as tables
          where schema = 'main' and type = 'table' and name not like 'sqlite!_%' escape '!'
          and not exists (select 1 from pragma_table_info(tables.name) where pk > 0)`
      : sql<Named>`select table_name as name from information_schema.tables as tables
          where table_schema = current_schema() and table_type = 'BASE TABLE'
          and not exists (select 1 from information_schema.table_constraints as keys
            where keys.table_schema = tables.table_schema and keys.table_name = tables.table_name
            and keys.constraint_type = 'PRIMARY KEY')`
  const { rows } = await query.execute(db)
  return rows
    .map(({ name }) => name)
    .filter((name) => !OURS.test(name))
    .sort()
}

interface Named {
  readonly name: string
}

async function columnsOf(db: Kysely<never>, dialect: SqlDialect): Promise<ReadonlySet<string>> {
  const query =
    dialect === 'sqlite'
      ? sql<Named>`select name from pragma_table_info('trefoil_migrations')`
      : sql<Named>`select column_name as name from information_schema.columns
          where table_schema = current_schema() and table_name = 'trefoil_migrations'`
  const { rows } = await query.execute(db)
  return new Set(rows.map(({ name }) => name))
}
