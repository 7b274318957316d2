import { inject } from 'vitest'
import { createDatabaseOn } from './postgres.ts'
import './postgres-setup.ts'

/** False where there is no PostgreSQL: `test.skipIf(!hasPostgres)`. */
export const hasPostgres: boolean = inject('postgres') !== null

/**
 * An empty database on the PostgreSQL of this run; one for a file is enough. In tests of the project
 * `databases` only.
 *
 * @returns its URL
 */
export async function createDatabase(): Promise<string> {
  const server = inject('postgres')
  if (server === null) throw new Error('There is no PostgreSQL: skip where hasPostgres is false')
  const url = new URL(server.url)
  url.pathname = `/${await createDatabaseOn(server.url, server.prefix)}`
  return url.href
}
