import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as elapsed } from 'node:timers/promises'
import { database } from 'trefoil/database'
import { expect, onTestFinished, test } from 'vitest'
import { NO_APP } from '../support/no-app.ts'
import { startPostgres, whyNoPostgres } from '../support/postgres.ts'

interface Tables {
  notes: { id: string; n: number }
}

const PROCESS = join(import.meta.dirname, 'kill.process.ts')
const STEPS = [
  { name: '0001', sql: 'create table notes (id text primary key, n integer not null)' },
]

async function made(url: string) {
  const data = database<Tables>({ url, migrate: 'start', migrations: STEPS })
  await data.start?.(NO_APP)
  onTestFinished(async () => data.stop?.(null as never))
  return data
}

function serving(url: string, prefix: string) {
  const child = spawn(process.execPath, [PROCESS, url, prefix], {
    env: { ...process.env, TREFOIL_DATABASE_MIGRATE: 'start' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  child.stdout.on('data', (piece) => {
    text += piece
  })
  return { child, answered: () => text.split('\n').slice(0, -1) }
}

/** Answered calls are there as a whole; one that was not answered is there as a whole or not at all. */
async function expectKept(data: Awaited<ReturnType<typeof made>>, answered: readonly string[]) {
  const rows = await data.queries().selectFrom('notes').select('id').execute()
  const ids = new Set(rows.map(({ id }) => id))
  expect(answered.filter((id) => !ids.has(id) || !ids.has(`${id}+`))).toEqual([])
  const halves = [...ids].filter((id) => !ids.has(id.endsWith('+') ? id.slice(0, -1) : `${id}+`))
  expect(halves).toEqual([])
}

const LONG = { timeout: 120_000 }

test('STO-1: kill -9 of a process on SQLite loses no commit that was answered', LONG, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-kill-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const url = join(folder, 'app.db')
  const data = await made(url)
  await killOften(url, async (answered) => expectKept(data, answered))
})

test.skipIf(whyNoPostgres() !== null)(
  'STO-1: kill -9 of a process on PostgreSQL loses no commit that was answered',
  LONG,
  async () => {
    await using server = await startPostgres({ fsync: true })
    const url = await server.createDatabase()
    const data = await made(url)
    await killOften(url, async (answered) => expectKept(data, answered))
    await data.stop?.(null as never)
  },
)

test.skipIf(whyNoPostgres() !== null)(
  'STO-1: kill -9 of the server loses none either, and the process goes on with the next one',
  LONG,
  async () => {
    await using server = await startPostgres({ fsync: true })
    const url = await server.createDatabase()
    const data = await made(url)
    const { child, answered } = serving(url, 'server')
    for (let round = 0; round < 3; round++) {
      const before = answered().length
      await expect.poll(() => answered().length, { timeout: 30_000 }).toBeGreaterThan(before + 40)
      await server.kill()
      await server.start()
    }
    const before = answered().length
    await expect.poll(() => answered().length, { timeout: 30_000 }).toBeGreaterThan(before)
    child.kill('SIGKILL')
    await once(child, 'close')
    await expectKept(data, answered())
    await data.stop?.(null as never)
  },
)

async function killOften(
  url: string,
  look: (answered: readonly string[]) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < 3; round++) {
    const { child, answered } = serving(url, `round${round}`)
    await expect.poll(() => answered().length, { timeout: 30_000 }).toBeGreaterThan(30)
    await elapsed(Math.random() * 50)
    child.kill('SIGKILL')
    await once(child, 'close')
    await look(answered())
  }
}
