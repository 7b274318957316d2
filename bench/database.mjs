// What a unit of work costs: by hand, by the store, in a call; and commits that are shared.
// `node bench/database.mjs [--quick] [--profile]`: microseconds, medians of slices that take turns.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createApp } from 'trefoil'
import { database } from 'trefoil/database'
import { openSqlite } from 'trefoil/sqlite'

const isQuick = process.argv.includes('--quick')
const SLICES = isQuick ? 10 : 60
const folder = mkdtempSync(join(tmpdir(), 'trefoil-bench-'))
const TABLE = 'create table notes (id integer primary key, text text not null) strict'
const text = 'x'.repeat(60)

/** @type {Record<string, () => Promise<unknown>>} */
const rows = {}

/** Nothing but what the job asks for: the lock, an insert, the commit. */
function byHand(synchronous) {
  const db = new DatabaseSync(join(folder, `hand-${synchronous}.db`))
  db.exec(`pragma journal_mode = wal; pragma synchronous = ${synchronous}; ${TABLE}`)
  const begin = db.prepare('begin immediate')
  const insert = db.prepare('insert into notes (text) values (?)')
  const commit = db.prepare('commit')
  return () => {
    begin.run()
    insert.run(text)
    commit.run()
  }
}

const hand = byHand('NORMAL')
rows['unit by hand'] = async () => hand()

const store = openSqlite(join(folder, 'store.db'), 'NORMAL')
const setUp = await store.begin('set-up', 1000)
await setUp.exec(TABLE)
await setUp.commit()
rows['unit of the store, statements'] = async () => {
  const unit = await store.begin('bench', 1000)
  await unit.statements.run('insert into notes (text) values (?)', [text])
  await unit.commit()
}
rows['unit of the store, Kysely'] = async () => {
  const unit = await store.begin('bench', 1000)
  await unit.db.insertInto('notes').values({ text }).execute()
  await unit.commit()
}

const data = database({
  url: join(folder, 'app.db'),
  synchronous: 'NORMAL',
  migrate: 'start',
  migrations: [{ name: '1', sql: TABLE }],
})
const app = createApp({
  env: {},
  log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
  publicSurfaces: ['api'],
  parts: [data],
})
app.post('/none', {}, () => 1)
app.post('/hand', {}, () => {
  hand()
  return 1
})
app.post('/unit', { params: { db: data.db } }, () => 1)
app.post('/statement', { params: { db: data.db } }, ({ db }) => {
  data.statements(db).run('insert into notes (text) values (?)', [text])
  return 1
})
app.post('/kysely', { params: { db: data.db } }, async ({ db }) => {
  await db.insertInto('notes').values({ text }).execute()
  return 1
})
app.get('/read', { params: { db: data.read } }, () => 1)
app.get('/get', {}, () => 1)
await app.startup()
const call =
  (path, method = 'POST') =>
  async () => {
    const answer = await app.fetch(new Request(`http://localhost${path}`, { method }))
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`)
  }
rows['call without'] = call('/none')
rows['call, unit by hand in its handler'] = call('/hand')
rows['call with data.db, unused'] = call('/unit')
rows['call with data.db, one statement'] = call('/statement')
rows['call with data.db, Kysely'] = call('/kysely')
rows['GET without'] = call('/get', 'GET')
rows['GET with data.read, unused'] = call('/read', 'GET')

async function slice(work, ms = 12) {
  const began = performance.now()
  let count = 0
  while (performance.now() - began < ms) {
    for (let at = 0; at < 16; at++) await work()
    count += 16
  }
  return ((performance.now() - began) * 1000) / count
}

function median(values) {
  return values.sort((left, right) => left - right)[values.length >> 1]
}

const times = Object.fromEntries(Object.keys(rows).map((name) => [name, []]))
for (const work of Object.values(rows)) await slice(work, 300)
for (let at = 0; at < SLICES; at++) {
  for (const [name, work] of Object.entries(rows)) times[name].push(await slice(work))
}
const us = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]))
for (const [name, value] of Object.entries(us)) {
  console.log(`${name.padEnd(36)} ${value.toFixed(1)} us`)
}
const HAND = 'call, unit by hand in its handler'
for (const name of ['call with data.db, one statement', 'call with data.db, Kysely']) {
  console.log(`${name.padEnd(36)} ${(us[name] / us[HAND]).toFixed(2)} x by hand in a handler`)
}
await app.shutdown()
await store.close()

// Commits that are shared, with a disk that is waited for.
const full = openSqlite(join(folder, 'full.db'), 'FULL')
const made = await full.begin('set-up', 1000)
await made.exec(TABLE)
await made.commit()
async function write(isShort) {
  const unit = await full.begin('bench', 60_000, undefined, isShort)
  await unit.statements.run('insert into notes (text) values (?)', [text])
  await unit.commit()
}
async function writers(isShort, each) {
  const began = performance.now()
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      for (let at = 0; at < each; at++) await write(isShort)
    }),
  )
  return (64 * each) / ((performance.now() - began) / 1000)
}
const each = isQuick ? 4 : 20
const alone = []
const shared = []
await writers(true, 5)
for (let round = 0; round < 9; round++) {
  alone.push(await writers(false, each))
  shared.push(await writers(true, each * 8))
}
const [one, many] = [median(alone), median(shared)]
console.log(
  `64 writers, FULL: a commit each ${Math.round(one)}/s, shared ${Math.round(many)}/s, ${(many / one).toFixed(1)} x`,
)
await full.close()
rmSync(folder, { recursive: true, force: true })
