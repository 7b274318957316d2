// What sending a job costs beside the insert by hand, and how long after the commit it begins.
//   node bench/jobs.mjs                           SQLite, a file in the temp folder
//   node bench/jobs.mjs postgres://…              another database
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from 'trefoil'
import { database } from 'trefoil/database'
import { jobQueue } from 'trefoil/jobs'

// Small slices, in turn: the machine has other things to do.
const ROUNDS = 200
const CALLS = 20
const folder = mkdtempSync(join(tmpdir(), 'trefoil-bench-jobs-'))
const url = process.argv[2] ?? join(folder, 'app.db')
const isSqlite = process.argv[2] === undefined
const [int, end] = isSqlite ? ['integer', ' strict'] : ['bigint', '']
const data = database({
  url,
  migrate: 'start',
  migrations: [
    {
      name: '0001-bench',
      // By hand: what a queue needs at least, with its index.
      sql: `create table written (id text primary key, n ${int} not null)${end};
        create table by_hand (id text primary key, queue text not null, state text not null, data text not null,
          sender text, start_at ${int} not null, created_at ${int} not null)${end};
        create index by_hand_due on by_hand (queue, start_at) where state = 'waiting';`,
    },
  ],
})
const jobs = jobQueue({ data, work: 'always', poll: '10s' })
jobs.define('sent', {}, () => {})
let began = () => {}
jobs.define('timed', {}, () => began())
// Nobody takes these meanwhile: what is measured is the sending.
const far = { delay: '7d' }
const app = createApp({
  env: {},
  log: { logger: { debug() {}, info() {}, warn() {}, error: console.error } },
  parts: [data, jobs],
})
await app.startup()

const payload = { to: 'ada@example.com', order: 1234, lines: ['a', 'b', 'c'] }
const write = (db) =>
  data.statements(db).run('insert into written values (?, ?)', [randomUUID(), 1])
const kinds = {
  write: (db) => write(db),
  'write + insert by hand': async (db) => {
    await write(db)
    const now = Date.now()
    await data
      .statements(db)
      .run("insert into by_hand values (?, ?, 'waiting', ?, ?, ?, ?)", [
        randomUUID(),
        'sent',
        JSON.stringify(payload),
        null,
        now,
        now,
      ])
  },
  'write + jobs.send': async (db) => {
    await write(db)
    await jobs.send(db, 'sent', payload, far)
  },
}

const times = Object.fromEntries(Object.keys(kinds).map((name) => [name, []]))
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, work] of Object.entries(kinds)) {
    const start = performance.now()
    for (let at = 0; at < CALLS; at++) await data.unit(work)
    // The first rounds warm up.
    if (round > ROUNDS / 10) times[name].push((performance.now() - start) / CALLS)
  }
}
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
const [plain, hand, sent] = Object.values(times).map(median)
const us = (ms) => `${(ms * 1000).toFixed(1)} us`
console.log(
  `a transaction: write ${us(plain)}; + insert by hand ${us(hand)}; + jobs.send ${us(sent)}`,
)
console.log(
  `jobs.send / by hand: ${(sent / hand).toFixed(2)}; more: ${(sent - hand).toFixed(3)} ms`,
)

const waits = []
for (let at = 0; at < 300; at++) {
  const beginning = new Promise((resolve) => {
    began = () => resolve(performance.now())
  })
  await data.unit((db) => jobs.send(db, 'timed', payload))
  const committed = performance.now()
  waits.push((await beginning) - committed)
}
const sorted = waits.toSorted((a, b) => a - b)
console.log(
  `from commit to handler: median ${sorted[150].toFixed(2)} ms, 99 % ${sorted[296].toFixed(2)} ms, most ${sorted[299].toFixed(2)} ms`,
)
await app.shutdown()
rmSync(folder, { recursive: true, force: true })
