// What a unit of work costs on PostgreSQL: by hand, by the store, in a call. `node bench/postgres.mjs [--quick]`:
// microseconds, medians of slices that take turns; fsync is on, eight at a time.
import pg from 'pg'
import { createApp } from 'trefoil'
import { database } from 'trefoil/database'
import { openPostgres } from 'trefoil/postgres'
import { startPostgres } from '../test/support/postgres.ts'

const SLICES = process.argv.includes('--quick') ? 8 : 40
const CALLERS = 8
const EACH = 20
await using server = await startPostgres({ fsync: true })
const url = await server.createDatabase()
const text = 'x'.repeat(60)
const INSERT = 'insert into notes (text) values ($1)'

const pool = new pg.Pool({ connectionString: url, max: CALLERS })
await pool.query('create table notes (id bigserial primary key, text text not null)')
const store = openPostgres(url, { connections: CALLERS })
const data = database({ url, connections: CALLERS })
const app = createApp({ env: {}, parts: [data], publicSurfaces: ['api'], log: { level: 'error' } })
app.post('/notes', { params: { db: data.db } }, async ({ db }) => {
  await data.statements(db).run('insert into notes (text) values (?)', [text])
  return { ok: true }
})

app.post('/nothing', {}, async () => ({ ok: true }))
const post = async (path) => {
  const answer = await app.fetch(new Request(`http://localhost${path}`, { method: 'POST' }))
  if (answer.status !== 200) throw new Error(await answer.text())
}

/** @type {Record<string, () => Promise<unknown>>} */
const rows = {
  async 'by hand'() {
    const client = await pool.connect()
    try {
      await client.query('begin isolation level repeatable read')
      await client.query({ name: 'insert', text: INSERT, values: [text] })
      await client.query('commit')
    } finally {
      client.release()
    }
  },
  async 'unit of the store'() {
    const unit = await store.begin('bench', 5000)
    await unit.statements.run('insert into notes (text) values (?)', [text])
    await unit.commit()
  },
  'a call with data.db': () => post('/notes'),
  'a call without': () => post('/nothing'),
}

async function slice(work) {
  const since = performance.now()
  const caller = async () => {
    for (let count = 0; count < EACH; count++) await work()
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
  return ((performance.now() - since) * 1000) / (CALLERS * EACH)
}

const times = Object.fromEntries(Object.keys(rows).map((name) => [name, []]))
for (const work of Object.values(rows)) await slice(work)
for (let turn = 0; turn < SLICES; turn++) {
  for (const [name, work] of Object.entries(rows)) times[name].push(await slice(work))
}
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
const hand = median(times['by hand'])
for (const [name, list] of Object.entries(times)) {
  console.log(
    `${name.padEnd(24)} ${median(list).toFixed(0).padStart(6)} us  ${(hand / median(list)).toFixed(2)} of by hand`,
  )
}
await pool.end()
await store.close()
await server.stop()
process.exit()
