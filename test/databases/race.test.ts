import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import pg from 'pg'
import { type Database, database } from 'trefoil/database'
import { afterAll, describe, expect, test } from 'vitest'
import { NO_APP } from '../support/no-app.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

interface Tables {
  counters: { id: number; n: number }
}

const run = promisify(execFile)
const PROCESS = join(import.meta.dirname, 'counter.process.ts')
/** `TREFOIL_RUNS=600` makes it 1,200 in all. */
const CALLS = Number(process.env['TREFOIL_RUNS'] ?? 40)
const CALLERS = 4
const folder = mkdtempSync(join(tmpdir(), 'trefoil-race-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function counters(url: string): Promise<Database<Tables>> {
  const data = database<Tables>({
    url,
    migrate: 'start',
    migrations: [
      {
        name: '0001',
        sql: 'create table counters (id integer primary key, n integer not null); insert into counters values (1, 0)',
      },
    ],
  })
  await data.start?.(NO_APP)
  return data
}

async function race(url: string, more: Record<string, string> = {}) {
  const one = async () => {
    const args = [PROCESS, url, `${CALLS}`, `${CALLERS}`]
    const { stdout } = await run(process.execPath, args, {
      env: { ...process.env, ...more, TREFOIL_DATABASE_MIGRATE: 'start' },
    })
    return JSON.parse(stdout) as { ok: number; refused: number }
  }
  return Promise.all([one(), one()])
}

describe('two processes that read, wait and write', () => {
  test('STO-2: lose nothing on SQLite', { timeout: 60_000 }, async () => {
    const url = join(folder, 'app.db')
    const data = await counters(url)
    const ended = await race(url)
    expect(ended.map(({ ok }) => ok)).toEqual([CALLS, CALLS])
    expect(await data.queries().selectFrom('counters').select('n').execute()).toEqual([
      { n: 2 * CALLS },
    ])
    await data.stop?.(null as never)
  })

  test.skipIf(!hasPostgres).each(['repeatable read', 'serializable'])(
    'STO-2: lose nothing on PostgreSQL, %s, because who meets another is run again',
    { timeout: 120_000 },
    async (isolation) => {
      const url = await createDatabase()
      const data = await counters(url)
      const ended = await race(url, { TREFOIL_DATABASE_ISOLATION: isolation })
      expect(ended.map(({ ok }) => ok)).toEqual([CALLS, CALLS])
      expect(await data.queries().selectFrom('counters').select('n').execute()).toEqual([
        { n: 2 * CALLS },
      ])
      await data.stop?.(null as never)
    },
  )

  test.skipIf(!hasPostgres)('what PostgreSQL does by itself would lose one of two', async () => {
    const url = await createDatabase()
    await (await counters(url)).stop?.(null as never)
    const [one, other] = await Promise.all([connected(url), connected(url)])
    const read = async (client: pg.Client) => {
      await client.query('begin')
      return (await client.query('select n from counters where id = 1')).rows[0].n as number
    }
    const write = async (client: pg.Client, n: number) => {
      await client.query('update counters set n = $1 where id = 1', [n])
      await client.query('commit')
    }
    const [first, second] = [await read(one), await read(other)]
    await write(one, first + 1)
    await write(other, second + 1)
    expect((await one.query('select n from counters')).rows).toEqual([{ n: 1 }])
    await Promise.all([one.end(), other.end()])
  })
})

async function connected(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  return client
}
