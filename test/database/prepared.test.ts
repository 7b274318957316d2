// STO-1: statements that every call needs are prepared once; test/databases/prepared.test.ts is the same on PostgreSQL.
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test, vi } from 'vitest'
import { hotApp } from './hot-app.ts'

afterEach(() => vi.restoreAllMocks())

test('a call that was made before prepares nothing: entry, job, rate, token and try', async () => {
  const { app, once } = hotApp(':memory:')
  await app.startup()
  const prepared: string[] = []
  const prepare = DatabaseSync.prototype.prepare
  vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (
    this: DatabaseSync,
    ...given
  ) {
    prepared.push(given[0])
    return prepare.apply(this, given)
  })
  expect(await once()).toBe(200)
  const first = prepared.splice(0).join('\n')
  for (const table of ['audit_entries', 'jobs', 'rates', 'spent_proofs', 'attempts']) {
    expect(first).toContain(`trefoil_${table}`)
  }
  expect(await once()).toBe(200)
  // What only the second of them needs, such as a row that is there already.
  prepared.length = 0
  for (let times = 0; times < 3; times++) expect(await once()).toBe(200)
  expect(prepared).toEqual([])
  await app.shutdown()
})
