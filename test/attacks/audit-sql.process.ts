// Run by audit-sql.test.ts and its like on PostgreSQL, in a process of its own: calls that write, one after
// another; each line is the id of one that was answered.
import process from 'node:process'
import { sql } from 'kysely'
import { createApp } from 'trefoil'
import { auditLog } from 'trefoil/audit'
import { type Database, database } from 'trefoil/database'
import { definePart, type SqlStatements } from 'trefoil/parts'
import { testClient } from 'trefoil/testing'

const [, , url = '', when = '', name = '', count = 'Infinity'] = process.argv

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('still here')
}

const data = database<{ notes: { id: string } }>({
  url,
  migrate: 'start',
  wait: '60s',
  migrations: [{ name: '0001', sql: 'create table notes (id text primary key)' }],
})
let calls = 0
const isDue = (what: string) => when === what && calls > 20

/** Dies when an entry has been written and is not committed. */
const watched: Database<{ notes: { id: string } }> = Object.create(data, {
  statements: {
    value: (unit: unknown): SqlStatements => {
      const statements = data.statements(unit)
      return {
        ...statements,
        run: async (text, values) => {
          const rows = await statements.run(text, values)
          if (isDue('written') && text.startsWith('insert into trefoil_audit_entries')) die()
          return rows
        },
      }
    },
  },
})

function error(fields: object, message: string): void {
  if (message !== 'Unhandled error') console.error(message, fields)
}

const app = createApp({
  env: {},
  publicSurfaces: ['api', 'mcp', 'cli'],
  log: { logger: { debug() {}, info() {}, warn() {}, error } },
  parts: [
    data,
    auditLog({ keys: 'the key of the audit log, 32 bytes and more', data: watched }),
    definePart({
      name: 'killer',
      transaction: { begin() {}, beforeCommit: () => (isDue('before') ? die() : undefined) },
      audit: {
        intent() {},
        outcome() {},
        ended: () => (isDue('committed') ? die() : undefined),
      },
    }),
  ],
})
app.post('/notes/{id}', { params: { db: data.db } }, async ({ id, db }: never) => {
  await sql`insert into notes values (${id})`.execute(db)
  return 1
})
// Rolled back: its entry has a transaction of its own.
app.post('/fails/{id}', { params: { db: data.db } }, async ({ id, db }: never) => {
  await sql`insert into notes values (${id})`.execute(db)
  throw new Error('no')
})

const client = testClient(app)
async function write(): Promise<void> {
  while (calls < Number(count)) {
    const id = `${name}-${calls++}`
    const path = calls % 5 === 0 ? `/fails/${id}` : `/notes/${id}`
    const { status } = await client.http.post(path, { headers: { 'x-request-id': id } })
    if (status === 200 || status === 500) process.stdout.write(`${id} ${status}\n`)
    else process.stderr.write(`${id} ${status}\n`)
  }
}
await Promise.all(Array.from({ length: 8 }, write))
await client.close()
