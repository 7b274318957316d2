// A process of its own that counts up: reads, waits a moment, writes what it read and one more.
import process from 'node:process'
import { createApp } from 'trefoil'
import { database } from 'trefoil/database'
import { testClient } from 'trefoil/testing'

const [url = '', calls = '0', callers = '1'] = process.argv.slice(2)
const data = database<{ counters: { id: number; n: number } }>({ url, wait: '30s' })
const app = createApp({
  env: {},
  parts: [data],
  publicSurfaces: ['api'],
  log: { logger: { debug() {}, info() {}, warn() {}, error() {} } as never },
})
app.post('/up', { params: { db: data.db }, timeout: '60s' }, async ({ db }) => {
  const { n } = await db
    .selectFrom('counters')
    .select('n')
    .where('id', '=', 1)
    .executeTakeFirstOrThrow()
  await new Promise((resolve) => setTimeout(resolve, 1))
  await db
    .updateTable('counters')
    .set({ n: n + 1 })
    .where('id', '=', 1)
    .execute()
  return {}
})
await using client = testClient(app, { lifespan: false })
let left = Number(calls)
let ok = 0
let refused = 0
async function caller(): Promise<void> {
  while (left-- > 0) {
    // One that gave up has been told that nothing was done: it asks again.
    for (;;) {
      const { status } = await client.http.post('/up')
      if (status === 200) {
        ok++
        break
      }
      if (status !== 409) throw new Error(`answered ${status}`)
      refused++
    }
  }
}
await Promise.all(Array.from({ length: Number(callers) }, caller))
process.stdout.write(JSON.stringify({ ok, refused }))
process.exit(0)
