// STORAGE.md against the tables that the parts and stores of the framework make, on SQLite.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createApp } from 'trefoil'
import { accounts, lockoutTables } from 'trefoil/accounts'
import { auditLog } from 'trefoil/audit'
import { database } from 'trefoil/database'
import { jobQueue } from 'trefoil/jobs'
import { sqlApiKeys, sqlRates, sqlSpentTokens, sqlTasks } from 'trefoil/stores'
import { webhooks } from 'trefoil/webhooks'
import { expect, onTestFinished, test } from 'vitest'

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../STORAGE.md'), 'utf8')

/** What the tables of the document say of a table of the database: its second column, by its first. */
function described(): Map<string, readonly string[]> {
  const rows = new Map<string, readonly string[]>()
  for (const line of DOCUMENT.split('\n')) {
    const [, name, ...cells] = line.split('|').map((cell) => cell.trim())
    const table = /^`(trefoil_[a-z_]+)`$/.exec(name ?? '')?.[1]
    if (table !== undefined) rows.set(table, cells)
  }
  return rows
}

/** Columns by table. */
function tablesOf(file: string): Map<string, readonly string[]> {
  const db = new DatabaseSync(file)
  try {
    const tables = db.prepare(`select name from sqlite_schema where type = 'table'`).all()
    return new Map(
      tables.map(({ name }) => {
        const columns = db.prepare('select name from pragma_table_info(?)').all(String(name))
        return [String(name), columns.map((column) => String(column['name']))]
      }),
    )
  } finally {
    db.close()
  }
}

async function everything(): Promise<Map<string, readonly string[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-storage-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const data = database<never>({ url: join(folder, 'app.db'), migrate: 'start' })
  sqlApiKeys(data)
  lockoutTables(data)
  sqlSpentTokens(data)
  sqlSpentTokens(data, { where: 'state' })
  sqlTasks(data)
  const jobs = jobQueue({ data, work: 'never' })
  const key = 'k'.repeat(40)
  const keys = 'k8Q2s0vJ4dPq7Zt1xW9aLr5uYb3nGm6c'
  const app = createApp({
    env: {},
    log: { level: 'silent' },
    parts: [
      data,
      auditLog({ data, keys: key, erasable: true, retain: '1d', otlp: { url: 'http://a' } }),
      jobs,
      webhooks({ data, jobs, keys: key }),
      // Makes stores of attempts, login sessions and refresh families as well.
      accounts({ data, jobs, keys }),
    ],
    limits: { rate: '1/min', rateStore: sqlRates(data) },
  })
  await app.startup()
  await app.shutdown()
  return new Map([...tablesOf(join(folder, 'app.db')), ...tablesOf(join(folder, 'state.db'))])
}

test('STORAGE.md: every table that is made is described, and no other', async () => {
  const made = await everything()
  expect([...described().keys()].toSorted()).toEqual([...made.keys()].toSorted())
})

test('STORAGE.md: where it lists columns, these are all of them', async () => {
  const made = await everything()
  const listed = [...described()].flatMap(([table, cells]) => {
    // The first cell that is nothing but names.
    const cell = cells.find((text) => /^`[a-z_]+`(?:, `[a-z_]+`)+$/.test(text))
    return cell === undefined ? [] : [[table, cell.match(/[a-z_]+/g)?.toSorted()] as const]
  })
  expect(listed.length).toBeGreaterThanOrEqual(6)
  for (const [table, columns] of listed) {
    expect(columns, table).toEqual(made.get(table)?.toSorted())
  }
})

test('STORAGE.md: of every table it says for how long', async () => {
  for (const [table, cells] of described()) {
    const long = cells.filter((text) => text !== '').at(-1) ?? ''
    expect(long, table).toMatch(/^(?!\d+$)\S.{5,}/)
  }
})
