// There is one way to write into a database: units, and statements of `state`. Whoever opened a connection of their
// own could begin a transaction that reads first and takes the lock later, which loses updates or fails.
import { expect, test } from 'vitest'
import { readSources } from './read-sources.ts'
import { mayUseBuiltin, packageRefusal } from './rooms.ts'

/** Lines that open a file of SQLite or ask PostgreSQL for connections, by file. */
function opens(pattern: RegExp): Record<string, number> {
  const found: Record<string, number> = {}
  for (const [file, text] of readSources()) {
    if (file.endsWith('.test.ts')) continue
    const count = text
      .split('\n')
      .filter((line) => !/^\s*(?:\*|\/\/|\/\*)/.test(line) && pattern.test(line)).length
    if (count > 0) found[file] = count
  }
  return found
}

test('STO-1: files of SQLite are opened by the writer, by readers that cannot write, and for backups', () => {
  expect(Object.keys(opens(/new DatabaseSync\(/)).toSorted()).toEqual([
    'stores/sqlite/backup.ts',
    'stores/sqlite/readers.ts',
    'stores/sqlite/writer.ts',
  ])
  expect(opens(/new DatabaseSync\(.*readOnly: true/)['stores/sqlite/readers.ts']).toBe(
    opens(/new DatabaseSync\(/)['stores/sqlite/readers.ts'],
  )
})

test('STO-1: what writes takes the lock when it begins; PostgreSQL is told the isolation', () => {
  const begins = [...readSources()].flatMap(([file, text]) =>
    file.startsWith('stores/') && !file.endsWith('.test.ts')
      ? [...text.matchAll(/['"`](begin\b[^'"`]*)['"`]/g)].map(([, sql]) => `${file}: ${sql}`)
      : [],
  )
  expect(begins.toSorted()).toMatchInlineSnapshot(`
    [
      "stores/postgres/postgres-readers.ts: begin isolation level repeatable read read only; select 1",
      "stores/postgres/postgres-store.ts: begin isolation level \${isolation}",
      "stores/postgres/postgres-store.ts: begin isolation level \${isolation}",
      "stores/postgres/postgres-store.ts: begin isolation level read committed",
      "stores/sqlite/backup.ts: begin",
      "stores/sqlite/backup.ts: begin exclusive",
      "stores/sqlite/readers.ts: begin",
      "stores/sqlite/sqlite-driver.ts: begin immediate",
      "stores/sqlite/writer.ts: begin",
      "stores/sqlite/writer.ts: begin immediate",
    ]
  `)
})

test('STO-1: nobody else may have the drivers', () => {
  for (const file of ['features/database/x.ts', 'stores/sql/x.ts', 'features/jobs/x.ts']) {
    expect(mayUseBuiltin(file, 'node:sqlite'), file).toBe(false)
    expect(packageRefusal(file, 'pg', false), file).not.toBeNull()
  }
  expect(mayUseBuiltin('stores/sqlite/x.ts', 'node:sqlite')).toBe(true)
})
