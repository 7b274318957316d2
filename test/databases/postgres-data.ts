import { onTestFinished } from 'vitest'
import { type Database, database } from '../../packages/trefoil/src/database.ts'
import { NO_APP } from '../support/no-app.ts'
import { createDatabase } from '../support/test-database.ts'

/** By what is kept in them, one for each: what a check leaves, the next one takes away. */
const urls = new Map<unknown, Promise<string>>()

const TABLES = `select string_agg(quote_ident(tablename), ', ') as tables from pg_tables
  where schemaname = current_schema() and tablename like 'trefoil~_%' escape '~' and tablename <> 'trefoil_migrations'`

/** A database, and an empty store in it, as an app would start them. */
export async function onPostgres<Store>(make: (data: Database<never>) => Store): Promise<Store> {
  const url = urls.get(make) ?? createDatabase()
  urls.set(make, url)
  const data = database<never>({ url: await url, migrate: 'start' })
  const store = make(data)
  await data.start?.(NO_APP)
  onTestFinished(async () => data.stop?.(NO_APP))
  const [row] = await data.state.run(TABLES)
  await data.state.run(`truncate ${String(row?.['tables'])}`)
  return store
}
