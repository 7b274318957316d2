// A server of a kind: calls its own app in a row and says of each when it has been answered.
import { writeSync } from 'node:fs'
import process from 'node:process'
import { createApp } from 'trefoil'
import { database } from 'trefoil/database'
import { testClient } from 'trefoil/testing'
import { z } from 'zod'

const [url = '', prefix = 'x'] = process.argv.slice(2)
const data = database<{ notes: { id: string; n: number } }>({ url })
const app = createApp({
  env: {},
  parts: [data],
  publicSurfaces: ['api'],
  log: { logger: { debug() {}, info() {}, warn() {}, error() {} } as never },
})
const params = { id: z.string(), db: data.db }
app.post('/add/{id}', { params }, async ({ id, db }) => {
  await db.insertInto('notes').values({ id, n: 1 }).execute()
  // Two rows, and never one: what is kept is kept as a whole.
  await db
    .insertInto('notes')
    .values({ id: `${id}+`, n: 1 })
    .execute()
  return {}
})
await using client = testClient(app, { lifespan: false })
let next = 0
async function caller(): Promise<void> {
  for (;;) {
    const id = `${prefix}-${next++}`
    const { status } = await client.http.post(`/add/${id}`)
    // Written to the pipe before anything else: whoever reads it has been answered.
    if (status === 200) writeSync(1, `${id}\n`)
    else await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
await Promise.all(Array.from({ length: 4 }, caller))
