import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import { Webhook } from 'standardwebhooks'
import { createApp } from 'trefoil'
import { database } from 'trefoil/database'
import { type JobQueue, jobQueue } from 'trefoil/jobs'
import { testClient } from 'trefoil/testing'
import { webhooks } from 'trefoil/webhooks'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

vi.setConfig({ testTimeout: 60_000 })

interface Tables {
  written: { n: number }
}

describe.skipIf(!hasPostgres)('STO-4: jobs on PostgreSQL, whose connections end', () => {
  let url = ''
  beforeAll(async () => {
    url = await createDatabase()
  })

  async function started(define: (jobs: JobQueue) => void) {
    const data = database<Tables>({
      url,
      migrate: 'start',
      migrations: [{ name: '0001', sql: 'create table written (n integer not null)' }],
    })
    const jobs = jobQueue({ data, work: 'always', poll: '100ms', lease: '2s' })
    define(jobs)
    const app = createApp({ env: {}, log: { logger: silent }, parts: [data, jobs] })
    await app.startup()
    onTestFinished(() => app.shutdown())
    const ask = async (text: string) =>
      (await sql.raw<Record<string, unknown>>(text).execute(data.queries())).rows
    const killAll = () =>
      data
        .unit((db) =>
          sql`select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()`.execute(db),
        )
        // The pool may have had one of those that it ended.
        .catch(() => {})
    return { data, jobs, ask, killAll }
  }

  test('every job is done once', async () => {
    const define = (jobs: JobQueue) =>
      void jobs.define(
        'count',
        { data: z.object({ n: z.number() }), timeout: '1s', backoff: '10ms', retries: 20 },
        async ({ n }, call) => {
          const db = await call.resolve(it.data.db)
          await sql`insert into written values (${n})`.execute(db)
        },
      )
    // What was taken, and whose taker never heard of it, comes back after timeout and lease.
    const it = await started(define)
    let sent = 0
    for (let round = 0; round < 4; round++) {
      await it.killAll()
      for (let count = 0; count < 5; count++) {
        const n = sent++
        await vi.waitFor(
          () => it.data.unit((db) => it.jobs.send(db, 'count', { n }, { key: `${n}` })),
          { timeout: 5000 },
        )
      }
    }
    await vi.waitFor(
      async () => expect((await it.ask('select n from written')).length).toBeGreaterThanOrEqual(20),
      { timeout: 30_000, interval: 100 },
    )
    expect(await it.ask('select count(*) as n, count(distinct n) as d from written')).toEqual([
      { n: 20, d: 20 },
    ])
  })

  test('a job whose connection ends in its middle is tried again, and what it did is kept once', async () => {
    let tries = 0
    const it = await started((jobs) => {
      jobs.define('half', { backoff: '10ms' }, async (_, call) => {
        const db = await call.resolve(it.data.db)
        await sql`insert into written values (1000)`.execute(db)
        if (++tries <= 2) {
          await sql`select pg_terminate_backend(pg_backend_pid())`.execute(db).catch(() => {})
        }
      })
    })
    await it.data.unit((db) => it.jobs.send(db, 'half', {}))
    await vi.waitFor(
      async () =>
        expect(
          await it.ask("select state::text from trefoil_jobs.job where name = 'half'"),
        ).toEqual([{ state: 'completed' }]),
      { timeout: 20_000, interval: 50 },
    )
    expect(tries).toBe(3)
    expect(await it.ask('select count(*) as n from written where n = 1000')).toEqual([{ n: 1 }])
  })

  test('a delay is by the clock of the database, however wrong ours is', async () => {
    const data = database({ url: await createDatabase(), migrate: 'start' })
    const clock = { now: () => Date.now() + 3_600_000, elapsed: () => performance.now() }
    const jobs = jobQueue({ data, work: 'never', clock })
    jobs.define('ahead', {}, () => {})
    const app = createApp({ env: {}, parts: [data, jobs] })
    await app.startup()
    onTestFinished(() => app.shutdown())
    await data.unit((db) => jobs.send(db, 'ahead', {}, { delay: '10m' }))
    const { rows } = await sql<{ wait: number }>`
      select extract(epoch from start_after - now())::float8 as wait from trefoil_jobs.job
      where name = 'ahead'`.execute(data.queries())
    expect(rows[0]?.wait).toBeGreaterThan(590)
    expect(rows[0]?.wait).toBeLessThan(601)
  })

  test('webhooks: sent after the call, signed, tried again with the same text, and none of a call that fails', async () => {
    const received: { headers: IncomingHttpHeaders; body: string }[] = []
    const server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      received.push({ headers: request.headers, body })
      response.writeHead(received.length === 1 ? 500 : 204).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const data = database({ url: await createDatabase(), migrate: 'start' })
    const jobs = jobQueue({ data, poll: '50ms' })
    const hooks = webhooks({
      data,
      jobs,
      keys: 'k'.repeat(32),
      http: true,
      allow: ['127.0.0.0/8'],
      backoff: '10ms',
    })
    const app = createApp({
      env: {},
      log: { logger: silent },
      publicSurfaces: ['api'],
      parts: [data, jobs, hooks],
    })
    const { outbox } = hooks
    app.post('/endpoints', { params: { outbox } }, ({ outbox }) =>
      outbox.addEndpoint({ url: `http://127.0.0.1:${port}/`, events: ['a.b'] }),
    )
    app.post('/events', { params: { outbox, fail: z.boolean() } }, async ({ outbox, fail }) => {
      await outbox.publish('a.b', { z: 1, a: ['🍀', '\u0000'] })
      await outbox.publish('other', {})
      if (fail) throw new Error('no')
    })
    app.post('/rotate', { params: { outbox, id: z.string() } }, ({ outbox, id }) =>
      outbox.rotateSecret(id),
    )
    const { http } = testClient(app)
    const { id, secret } = (await http.post('/endpoints')).json() as Record<string, string>
    await http.post('/events', { json: { fail: true } })
    expect(await jobs.runDue()).toBe(0)
    await http.post('/events', { json: { fail: false } })
    const rotated = (await http.post('/rotate', { json: { id } })).text
    await vi.waitFor(
      async () => {
        await jobs.runDue()
        expect(received).toHaveLength(2)
      },
      { timeout: 10_000 },
    )
    for (const { headers, body } of received) {
      for (const one of [secret, rotated]) {
        expect(
          new Webhook(one ?? '').verify(body, headers as Record<string, string>),
        ).toMatchObject({
          type: 'a.b',
          data: { z: 1, a: ['🍀', '\u0000'] },
        })
      }
    }
    expect(received[0]?.body).toBe(received[1]?.body)
  })
})

const silent = { debug() {}, info() {}, warn() {}, error() {} }
