// Run by database-backup.test.ts, in a process of its own, and loaded by the program: an app whose rows keep a
// promise. Every unit moves money between two accounts and writes an entry that holds on to the one before it.
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { createApp } from 'trefoil'
import { database } from 'trefoil/database'
import { health } from 'trefoil/health'
import { testClient } from 'trefoil/testing'

const data = database({
  synchronous: 'NORMAL',
  wait: '60s',
  migrations: [
    {
      name: '0001',
      sql: `create table accounts (id integer primary key, balance integer not null) strict;
        insert into accounts values (1, 1000), (2, 1000);
        create table entries (id integer primary key, hash text not null, filler text not null) strict;
        insert into entries values (0, 'genesis', '')`,
    },
  ],
})

export const app = createApp({
  name: 'bank',
  env: {},
  publicSurfaces: ['api', 'mcp', 'cli'],
  log: { logger: { debug() {}, info() {}, warn() {}, error: console.error } },
  parts: [data, health({ checks: { database: data.check } })],
})

app.post('/move', { params: { db: data.db } }, async ({ db }) => {
  const amount = 1 + Math.floor(Math.random() * 9)
  await sql`update accounts set balance = balance - ${amount} where id = 1`.execute(db)
  const { rows } = await sql<{
    id: number
    hash: string
  }>`select id, hash from entries order by id desc limit 1`.execute(db)
  const [last] = rows
  const id = Number(last?.id) + 1
  const hash = createHash('sha256').update(`${last?.hash} ${id}`).digest('hex')
  await sql`insert into entries values (${id}, ${hash}, ${'x'.repeat(2000)})`.execute(db)
  await sql`update accounts set balance = balance + ${amount} where id = 2`.execute(db)
  return { id }
})

if (process.argv[1] === import.meta.filename) {
  const client = testClient(app)
  const write = async () => {
    for (;;) {
      const answer = await client.http.post('/move')
      if (answer.status === 200) process.stdout.write(`${Object(answer.json()).id}\n`)
    }
  }
  await Promise.all(Array.from({ length: 8 }, write))
}
