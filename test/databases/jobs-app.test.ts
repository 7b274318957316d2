import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { sql } from 'kysely'
import { createApp } from 'trefoil'
import { type Database, database } from 'trefoil/database'
import { type JobQueue, jobQueue } from 'trefoil/jobs'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 240_000 })

const APP = join(import.meta.dirname, '../attacks/jobs.process.ts')
const PROGRAM = join(import.meta.dirname, '../../packages/trefoil/bin/trefoil.js')

interface Tables {
  effects: { job: string; pid: number }
}

interface Sender {
  readonly data: Database<Tables>
  readonly jobs: JobQueue
}

async function sender(url: string, options = {}, prepare = (_: Sender) => {}): Promise<Sender> {
  const data = database<Tables>({
    url,
    migrate: 'start',
    migrations: [
      { name: '0001', sql: 'create table effects (job text not null, pid integer not null)' },
    ],
  })
  const jobs = jobQueue({ data, work: 'never', ...options })
  prepare({ data, jobs })
  const logger = { debug() {}, info() {}, warn() {}, error: console.error }
  const app = createApp({ env: {}, log: { logger }, parts: [data, jobs] })
  await app.startup()
  onTestFinished(() => app.shutdown())
  return { data, jobs }
}

function worker(url: string, env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, [PROGRAM, 'work', `${APP}#app`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, JOBS_FILE: url, ...env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function sendAll({ data, jobs }: Sender, count: number): Promise<void> {
  await data.unit(async (db) => {
    for (let at = 0; at < count; at++) await jobs.send(db, 'effect', { at }, { key: `k${at}` })
  })
}

async function rows({ data }: Sender, text: string): Promise<readonly Record<string, unknown>[]> {
  return (await sql.raw<Record<string, unknown>>(text).execute(data.queries())).rows
}

const untilDone = (it: Sender, count: number) =>
  vi.waitFor(
    async () =>
      expect(
        await rows(it, 'select state::text, count(*) as n from trefoil_jobs.job group by state'),
      ).toEqual([{ state: 'completed', n: count }]),
    { timeout: 60_000, interval: 200 },
  )

const effects = (it: Sender) =>
  rows(it, 'select count(*) as n, count(distinct job) as jobs from effects')

describe.skipIf(!hasPostgres)('jobs on PostgreSQL', () => {
  test.each(['begun', 'finished'])(
    'a worker killed (-9) when a job is %s: every job is done, and none twice under its key',
    async (dieAt) => {
      const url = await createDatabase()
      const it = await sender(url, {}, ({ jobs }) => void jobs.define('effect', {}, () => {}))
      await sendAll(it, 20)
      const first = worker(url, { JOBS_DIE: dieAt })
      expect(await once(first, 'close')).toEqual([null, 'SIGKILL'])
      // The same keys once more, by a sender that knows of nothing.
      await sendAll(it, 20)
      const both = [worker(url), worker(url)]
      await untilDone(it, 20)
      expect(await effects(it)).toEqual([{ n: 20, jobs: 20 }])
      const closed = Promise.all(both.map((child) => once(child, 'close')))
      for (const child of both) child.kill('SIGTERM')
      expect(await closed).toEqual([
        [0, null],
        [0, null],
      ])
    },
  )

  test('a job that another process sends begins at its commit: nobody waits for a poll', async () => {
    const url = await createDatabase()
    const waiting = Promise.withResolvers<number>()
    const define = ({ jobs }: Sender) =>
      void jobs.define('effect', {}, () => waiting.resolve(Date.now()))
    await sender(url, { work: 'always', poll: '1h' }, define)
    const other = await sender(url, {}, ({ jobs }) => void jobs.define('effect', {}, () => {}))
    await sendAll(other, 1)
    const committed = Date.now()
    expect((await waiting.promise) - committed).toBeLessThan(2000)
  })

  test('the schema is made by the migrations alone, and a queue is found by name', async () => {
    const url = await createDatabase()
    const data = database<Tables>({ url, migrate: 'command' })
    const jobs = jobQueue({ data })
    const app = createApp({ env: {}, parts: [data, jobs] })
    await expect(app.startup()).rejects.toThrow("from 'jobs/0001-pg-boss-46' on")
    expect(JSON.stringify({ data, jobs })).not.toContain(new URL(url).pathname.slice(1))
  })

  test('two jobs that change the same row are both done, and neither counts as failed', async () => {
    const url = await createDatabase()
    const gate = Promise.withResolvers<void>()
    let begun = 0
    const it = await sender(url, { work: 'always' }, ({ data, jobs }) => {
      jobs.define('effect', {}, async (_, call) => {
        const db = await call.resolve(data.db)
        const [row] = await db.selectFrom('effects').selectAll().execute()
        if (++begun === 2) gate.resolve()
        await gate.promise
        await db
          .updateTable('effects')
          .set({ pid: Number(row?.pid) + 1 })
          .execute()
      })
    })
    await it.data.unit((db) => db.insertInto('effects').values({ job: 'one', pid: 0 }).execute())
    await sendAll(it, 2)
    await untilDone(it, 2)
    expect(await rows(it, 'select pid from effects')).toEqual([{ pid: 2 }])
  })
})
