import { onTestFinished } from 'vitest'
import { type Database, database } from '../../packages/trefoil/src/database.ts'
import { NO_APP } from '../support/no-app.ts'

/** A database in memory, and a store in it, as an app would start them. */
export async function onSqlite<Store>(
  make: (data: Database<never>) => Store,
  url = ':memory:',
): Promise<Store> {
  const data = database<never>({ url, migrate: 'start' })
  const store = make(data)
  await data.start?.(NO_APP)
  onTestFinished(async () => data.stop?.(NO_APP))
  return store
}
