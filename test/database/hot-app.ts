// A call with all that the framework writes on its way: its entry, a job, a rate, a spent token, a try.
import type { Kysely } from 'kysely'
import { auditLog } from '../../packages/trefoil/src/audit.ts'
import { database } from '../../packages/trefoil/src/database.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { jobQueue } from '../../packages/trefoil/src/jobs.ts'
import { sqlAttempts, sqlRates, sqlSpentTokens } from '../../packages/trefoil/src/stores.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { KEY } from '../audit/audited-app.ts'

interface Tables {
  notes: { id: number }
}

export function hotApp(url: string) {
  const data = database<Tables>({
    url,
    migrate: 'start',
    connections: 1,
    migrations: [{ name: '0001-notes', sql: 'create table notes (id integer primary key)' }],
  })
  const attempts = sqlAttempts(data)
  const spent = sqlSpentTokens(data, { where: 'state' })
  const jobs = jobQueue({ data, work: 'never' })
  const mail = jobs.define('mail', {}, () => {})
  let looksAt: ((db: Kysely<Tables>) => Promise<void>) | null = null
  const app = createApp({
    env: {},
    log: { level: 'silent' },
    publicSurfaces: ['api'],
    edge: { hosts: ['testserver'] },
    parts: [data, jobs, auditLog({ keys: KEY, data })],
    limits: { rate: '100000/min', rateStore: sqlRates(data) },
  })
  let next = 0
  app.post(
    '/notes',
    { name: 'add_note', params: { db: data.db, queue: jobs.queue } },
    async ({ db, queue }) => {
      const id = next++
      await db.insertInto('notes').values({ id }).execute()
      await queue.send(mail, {})
      await looksAt?.(db)
      return { id }
    },
  )
  const client = testClient(app)
  const budget = { key: 'k'.repeat(43), threshold: 9, window: 1000, base: 10, cap: 100 }
  return {
    app,
    data,
    /** @param look at the unit of the call, before it is committed */
    async once(look: typeof looksAt = null): Promise<number> {
      looksAt = look
      const { status } = await client.http.post('/notes')
      await spent.spend('test', `token ${next}`, Date.now() + 60_000)
      const answer = await attempts.reserve([budget])
      if (answer.kind === 'reserved') await attempts.succeeded(answer.id, [budget], [budget.key])
      return status
    },
  }
}
