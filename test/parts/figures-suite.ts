// What a database and its jobs count, the same on SQLite and PostgreSQL.
import { expect } from 'vitest'
import { database } from '../../packages/trefoil/src/database.ts'
import { createApp, HttpError } from '../../packages/trefoil/src/index.ts'
import { jobQueue, NoRetry } from '../../packages/trefoil/src/jobs.ts'
import { metrics } from '../../packages/trefoil/src/metrics.ts'
import { definePart } from '../../packages/trefoil/src/parts.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'

const TOKEN = 'a-token-of-the-scraper'

/** @param migrate where it is not by itself */
export function figured(url: string, migrate: 'start' | 'command' = 'start') {
  const data = database<{ notes: { id: string } }>({
    url,
    migrate,
    migrations: [{ name: '0001-notes', sql: 'create table notes (id text primary key)' }],
  })
  const jobs = jobQueue({ data, work: 'never' })
  const mail = jobs.define('mail', { retries: 1, backoff: '1ms' }, ({ how }: { how?: string }) => {
    if (how === 'dead') throw new NoRetry('never')
    if (how === 'bad') throw new Error('not now')
  })
  jobs.define('idle', {}, () => {})
  const figures = metrics({ token: TOKEN })
  const app = createApp({
    env: {},
    name: 'figured',
    publicSurfaces: ['api'],
    log: { level: 'silent' },
    // The part that collects is before those that count.
    parts: [figures, data, jobs],
  })
  app.post(
    '/notes/{id}',
    { name: 'add', params: { db: data.db, queue: jobs.queue } },
    async ({ db, queue }, call) => {
      const { id = '' } = call.args as { id?: string }
      await db.insertInto('notes').values({ id }).execute()
      if (id === 'refused') throw new HttpError(409, 'No')
      await queue.send(mail, { how: id })
      return {}
    },
  )
  const client = testClient(app)
  const scrape = async () => {
    const headers = { authorization: `Bearer ${TOKEN}` }
    const { text } = await client.http.get('/metrics', { headers })
    return samplesOf(text)
  }
  return { app, data, jobs, client, scrape, figures }
}

/** Values of the lines that are of the database and its jobs. */
export function samplesOf(text: string): Readonly<Record<string, number>> {
  const lines = text.split('\n').filter((line) => /^trefoil_(?:unit|job|database)/.test(line))
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  )
}

/** From an empty database to one with a call that was kept, one that was not, and jobs of every end. */
export async function countsAll(own: ReturnType<typeof figured>, pool: string): Promise<void> {
  const { client, jobs, scrape } = own
  const before = await scrape()
  expect(before).toMatchObject({
    'trefoil_units_total{database="database",outcome="committed"}': 0,
    'trefoil_jobs_total{event="sent",job="mail"}': 0,
    'trefoil_jobs_waiting{job="mail"}': 0,
    'trefoil_jobs_oldest_waiting_seconds{job="idle"}': 0,
  })
  for (const id of ['good', 'bad', 'dead', 'refused']) await client.http.post(`/notes/${id}`)
  const sent = await scrape()
  expect(sent).toMatchObject({
    'trefoil_units_total{database="database",outcome="committed"}': 3,
    'trefoil_units_total{database="database",outcome="rolled_back"}': 1,
    'trefoil_units_open{database="database"}': 0,
    'trefoil_units_waiting{database="database"}': 0,
    'trefoil_units_refused_total{database="database"}': 0,
    [`trefoil_database_queue{database="database",file="app",pool="${pool}"}`]: 0,
    'trefoil_jobs_total{event="sent",job="mail"}': 3,
    'trefoil_jobs_waiting{job="mail"}': 3,
    'trefoil_jobs_waiting{job="idle"}': 0,
  })
  expect(sent['trefoil_unit_held_seconds_total{database="database"}']).toBeGreaterThan(0)
  expect(sent['trefoil_unit_wait_seconds_total{database="database"}']).toBeGreaterThanOrEqual(0)
  expect(sent['trefoil_jobs_oldest_waiting_seconds{job="mail"}']).toBeGreaterThan(0)
  await expect
    .poll(
      async () => {
        await jobs.runDue()
        return scrape()
      },
      { timeout: 20_000 },
    )
    .toMatchObject({
      'trefoil_jobs_total{event="done",job="mail"}': 1,
      'trefoil_jobs_total{event="failed",job="mail"}': 1,
      'trefoil_jobs_total{event="dead",job="mail"}': 2,
      'trefoil_jobs_total{event="done",job="idle"}': 0,
      'trefoil_jobs_running{job="mail"}': 0,
      'trefoil_jobs_waiting{job="mail"}': 0,
    })
}

/** A part whose figures are none. */
export function oddPart(figures: () => unknown) {
  return definePart({ name: 'odd', figures: figures as never })
}
