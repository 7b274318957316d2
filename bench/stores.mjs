// What counting a call costs: in memory, in SQLite by hand and by the store, in PostgreSQL, in Redis.
// `node bench/stores.mjs [--quick]`: microseconds a call, medians of slices that take turns; one call at a time,
// each of another of a thousand callers. PostgreSQL and Redis are those of the tests; what is not there is left out.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { memoryRates } from 'trefoil'
import { database } from 'trefoil/database'
import { redis } from 'trefoil/redis'
import { sqlRates, sqlSpentTokens } from 'trefoil/stores'
import { startPostgres, whyNoPostgres } from '../test/support/postgres.ts'
import { TestRedis, whyNoRedis } from '../test/support/redis.ts'

const SLICES = process.argv.includes('--quick') ? 10 : 60
const CALLS = 100
const folder = mkdtempSync(join(tmpdir(), 'trefoil-bench-'))
const ends = [() => rmSync(folder, { recursive: true, force: true })]
const SECOND = 1_000_000
const rate = { limit: 1_000_000, period: 1000, burst: 1_000_000, interval: 1 }
const keys = Array.from({ length: 1000 }, (_, at) => String(at).padStart(43, 'k'))
const demands = keys.map((key) => [{ key, rate, byAddress: false }])
const two = keys.map((key) => [
  { key, rate, byAddress: false },
  { key: 'e'.repeat(43), rate, byAddress: false },
])
const slow = { limit: 1, period: 3_600_000, burst: 1, interval: 3600 * SECOND }
const refused = [{ key: 'r'.repeat(43), rate: slow, byAddress: false }]

/** @type {Record<string, (at: number) => unknown>} */
const rows = {}

const hand = new DatabaseSync(join(folder, 'hand.db'))
hand.exec(`pragma journal_mode = wal; pragma synchronous = NORMAL;
  create table counts (key text primary key, full_at integer not null) strict, without rowid`)
const upsert = hand.prepare(`insert into counts values (?, ?) on conflict (key)
  do update set full_at = max(full_at, excluded.full_at) + 1 where full_at < excluded.full_at + 1000000 returning full_at`)
rows['SQLite, an upsert by hand'] = (at) => upsert.get(keys[at % 1000], Date.now() * 1000)

const memory = memoryRates()
rows['memoryRates()'] = (at) => memory.consume(demands[at % 1000], Date.now())

const onSqlite = await rowsOf('SQLite', database({ url: join(folder, 'app.db'), migrate: 'start' }))
await onSqlite.consume(refused)
rows['sqlRates() on SQLite, refused before'] = () => onSqlite.consume(refused)

if (whyNoPostgres() === null) {
  const server = await startPostgres()
  ends.unshift(() => server.stop())
  await rowsOf('PostgreSQL', database({ url: await server.createDatabase(), migrate: 'start' }))
}
if (whyNoRedis === null) {
  const server = await new TestRedis().start()
  ends.unshift(() => server[Symbol.asyncDispose]())
  const shared = redis({ url: server.url })
  ends.unshift(() => shared.stop())
  rows['redis().rates'] = (at) => shared.rates.consume(demands[at % 1000], 0)
  let spent = 0
  rows['redis().spentTokens'] = () =>
    shared.spentTokens.spend('b', `t${spent++}`, Date.now() + 60_000)
}

async function rowsOf(name, data) {
  const rates = sqlRates(data)
  const proofs = sqlSpentTokens(data, { where: 'state' })
  await data.start({ log: { debug() {}, info() {}, warn() {}, error() {} } })
  ends.unshift(() => data.stop())
  let spent = 0
  rows[`sqlRates() on ${name}`] = (at) => rates.consume(demands[at % 1000], 0)
  rows[`sqlRates() on ${name}, two counts`] = (at) => rates.consume(two[at % 1000], 0)
  rows[`sqlSpentTokens() on ${name}`] = () => proofs.spend('b', `t${spent++}`, Date.now() + 60_000)
  return rates
}

const times = Object.fromEntries(Object.keys(rows).map((name) => [name, []]))
for (let slice = -3; slice < SLICES; slice++) {
  for (const [name, run] of Object.entries(rows)) {
    const began = performance.now()
    for (let call = 0; call < CALLS; call++) await run((slice + 3) * CALLS + call)
    if (slice >= 0) times[name].push(((performance.now() - began) * 1000) / CALLS)
  }
}
const median = (list) => list.sort((one, other) => one - other)[Math.floor(list.length / 2)]
const yardstick = median(times['SQLite, an upsert by hand'])
for (const [name, list] of Object.entries(times)) {
  const us = median(list)
  console.log(
    `${name.padEnd(40)} ${us.toFixed(1).padStart(8)} us  ${(us / yardstick).toFixed(2).padStart(7)}`,
  )
}
for (const end of ends) await end()
