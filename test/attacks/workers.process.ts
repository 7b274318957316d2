import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createApp } from 'trefoil'
import { auditFile, auditLog } from 'trefoil/audit'
import { database } from 'trefoil/database'
import type { Part } from 'trefoil/parts'

// What several processes serve in `workers.test.ts`; what goes wrong is in the variables.
const { WORKERS_DB, WORKERS_AUDIT, WORKERS_BROKEN } = process.env

// New code that does not start, from the moment on at which the file is there.
if (WORKERS_BROKEN !== undefined && existsSync(WORKERS_BROKEN)) throw new Error('broken code')

interface Tables {
  counter: { id: number; n: number }
}

const data = database<Tables>({
  url: WORKERS_DB ?? ':memory:',
  migrate: 'start',
  migrations: [
    {
      name: '0001-counter',
      sql: 'create table counter (id integer primary key, n integer not null) strict; insert into counter values (1, 0)',
    },
  ],
})

const parts: Part[] = [data]
if (WORKERS_AUDIT !== undefined) {
  parts.push(auditLog({ keys: 'k'.repeat(32), sink: auditFile({ path: WORKERS_AUDIT }) }))
}

export const app = createApp({
  name: 'workers',
  publicSurfaces: ['api', 'mcp', 'cli'],
  agentWrites: 'allow',
  edge: { hosts: ['127.0.0.1'] },
  limits: { rate: '1000000/min' },
  parts,
})

app.onShutdown(() => {
  console.error(`closed ${process.pid}`)
})

app.get('/pid', { public: true }, () => process.pid)

app.get('/slow', { public: true }, async () => {
  console.error('slow has begun')
  await sleep(1000)
  return 'done'
})

app.get('/log', { public: true }, (_, call) => {
  call.log.warn({}, 'a line')
  return process.pid
})

app.post('/count', { public: true, params: { db: data.db } }, async ({ db }) => {
  const { n } = await db.selectFrom('counter').select('n').executeTakeFirstOrThrow()
  // Whoever reads outside of the lock would lose what comes in between.
  await sleep(1)
  await db
    .updateTable('counter')
    .set({ n: n + 1 })
    .execute()
  return n + 1
})

app.get('/count', { public: true, params: { db: data.read } }, async ({ db }) => {
  const { n } = await db.selectFrom('counter').select('n').executeTakeFirstOrThrow()
  return n
})
