import { randomBytes } from 'node:crypto'
import process from 'node:process'
import type { TestProject } from 'vitest/node'
import { dropDatabasesOn, startPostgres, whyNoPostgres } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where `createDatabase()` makes its databases; `null` where there is no PostgreSQL. */
    postgres: { readonly url: string; readonly prefix: string } | null
  }
}

/** One server for a run of vitest; `TREFOIL_TEST_POSTGRES` takes another, and leaves nothing there. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const prefix = `trefoil_test_${randomBytes(4).toString('hex')}_`
  const given = process.env['TREFOIL_TEST_POSTGRES'] ?? ''
  if (given !== '') {
    project.provide('postgres', { url: given, prefix })
    return () => dropDatabasesOn(given, prefix)
  }
  const why = whyNoPostgres()
  if (why !== null) {
    console.warn(`Tests on PostgreSQL are skipped: ${why}`)
    project.provide('postgres', null)
    return async () => {}
  }
  const server = await startPostgres()
  project.provide('postgres', { url: server.url(), prefix })
  return () => server.stop()
}
