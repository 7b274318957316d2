// Run by database-processes.test.ts, in a process of its own: what it says is what it has been told.
import { setTimeout as after } from 'node:timers/promises'
import { sql } from 'kysely'
import { createApp } from 'trefoil'
import { database } from 'trefoil/database'
import { definePart } from 'trefoil/parts'
import { testClient } from 'trefoil/testing'

const [, , file = '', what = '', count = '0'] = process.argv
const data = database<{ notes: { id: number } }>({
  url: file,
  migrate: 'start',
  wait: '60s',
  migrations: [
    {
      name: '0001',
      sql: `create table counter (n integer not null) strict; insert into counter values (0);
        create table notes (id integer primary key) strict`,
    },
  ],
})

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('still here')
}

const app = createApp({
  env: {},
  publicSurfaces: ['api', 'mcp', 'cli'],
  log: { logger: { debug() {}, info() {}, warn() {}, error: console.error } },
  parts: [
    data,
    definePart({
      name: 'killer',
      transaction: {
        begin: () => (what === 'begin' ? die() : undefined),
        beforeCommit: () => (what === 'beforeCommit' ? die() : undefined),
      },
    }),
  ],
})
app.post('/count', { params: { db: data.db } }, async ({ db }) => {
  const { rows } = await sql<{ n: number }>`select n from counter`.execute(db)
  await after(1)
  await sql`update counter set n = ${(rows[0]?.n ?? 0) + 1}`.execute(db)
  return 1
})
app.post('/notes/{id:int}', { params: { db: data.db } }, async ({ id, db }: never) => {
  await sql`insert into notes values (${id})`.execute(db)
  return 1
})

const client = testClient(app)
if (what === 'count') {
  const answers = await Promise.all(
    Array.from({ length: Number(count) }, () => client.http.post('/count')),
  )
  console.log(answers.filter(({ status }) => status === 200).length)
  await client.close()
} else {
  let id = Number(count)
  const write = async () => {
    for (;;) {
      const own = id++
      const { status } = await client.http.post(`/notes/${own}`)
      if (status === 200) process.stdout.write(`${own}\n`)
      if (what === 'answered') die()
    }
  }
  await Promise.all(Array.from({ length: 8 }, write))
}
