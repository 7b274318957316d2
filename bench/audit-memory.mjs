// Whether the memory of a process stays where it is over many audited calls: `node --expose-gc bench/audit-memory.mjs
// [calls]`, 100,000 by default, in the transaction of each call, on SQLite. A line for each tenth; it ends with 1 where
// the heap has grown by more than 8 MB, or RSS by more than 48 MB, in its second half: caches fill first.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from 'trefoil'
import { auditLog } from 'trefoil/audit'
import { database } from 'trefoil/database'

const CALLS = Number(process.argv[2] ?? 100_000)
const AT_ONCE = 64
const MB = 1024 * 1024
const MOST = { heapUsed: 8, rss: 48 }

const folder = mkdtempSync(join(tmpdir(), 'trefoil-bench-'))
const data = database({
  url: join(folder, 'app.db'),
  synchronous: 'NORMAL',
  migrate: 'start',
  migrations: [
    { name: '1', sql: 'create table notes (id integer primary key, text text not null)' },
  ],
})
const audit = auditLog({ keys: 'k'.repeat(40), data })
const app = createApp({
  env: {},
  parts: [data, audit],
  publicSurfaces: ['api'],
  log: { level: 'silent' },
})
app.post('/notes', { params: { db: data.db } }, async ({ db }) => {
  await data.statements(db).run('insert into notes (text) values (?)', ['a note'])
  return { ok: true }
})

async function call() {
  const answer = await app.fetch(new Request('http://localhost/notes', { method: 'POST' }))
  if (answer.status !== 200) throw new Error(await answer.text())
  await answer.body?.cancel()
}

async function calls(count) {
  let left = count
  const caller = async () => {
    while (left-- > 0) await call()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, caller))
}

try {
  // Nothing is served: the tables are made by hand.
  await data.start({})
  const tenths = []
  for (let tenth = 1; tenth <= 10; tenth++) {
    await calls(Math.ceil(CALLS / 10))
    globalThis.gc?.()
    const used = process.memoryUsage()
    tenths.push(used)
    const [heap, rss] = [used.heapUsed, used.rss].map((bytes) => (bytes / MB).toFixed(1))
    console.log(`  ${(tenth * CALLS) / 10} calls: heap ${heap} MB, RSS ${rss} MB`)
  }
  const from = tenths[4]
  const to = tenths.at(-1)
  for (const [name, most] of Object.entries(MOST)) {
    const grown = (to[name] - from[name]) / MB
    console.log(`  ${name}: ${grown.toFixed(1)} MB more, ${most} allowed`)
    if (grown > most) process.exitCode = 1
  }
  const count = Math.ceil(CALLS / 10) * 10
  const { ok, entries } = await audit.verify()
  if (!ok || entries !== count) throw new Error(`${entries} entries of ${count} calls`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit()
