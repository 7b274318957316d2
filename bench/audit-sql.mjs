// What the audit log costs in the transaction of a call: `node bench/audit-sql.mjs [units]`, on SQLite;
// on PostgreSQL with TREFOIL_BENCH_POSTGRES=postgres://… (fsync on), eight connections at once.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auditLog } from 'trefoil/audit'
import { database } from 'trefoil/database'

const COUNT = Number(process.argv[2] ?? 20_000)
const URL = process.env.TREFOIL_BENCH_POSTGRES
const AT_ONCE = URL === undefined ? 1 : 8
const ROUNDS = 5
const COLUMNS = 'stream, seq, prev, hash, body, time, type, call, subject, tenant, action, outcome'
const whole = URL === undefined ? 'integer' : 'bigint'
// The same table, with the same indexes.
const PLAIN = `create table plain (
  stream text not null, seq ${whole} not null, prev text not null, hash text not null, body text not null,
  time ${whole} not null, type text not null, call text, subject text, tenant text, action text, outcome text,
  primary key (stream, seq));
create index plain_time on plain (time);
create index plain_subject on plain (subject, time) where subject is not null;
create index plain_action on plain (action, time) where action is not null;
create table notes (id ${whole} primary key, text text not null)`
const INSERT_PLAIN = `insert into plain (${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const INSERT_NOTE = 'insert into notes (id, text) values (?, ?)'
const HEX = 'a1b2c3d4'.repeat(8)

let id = Date.now() * 1000
let seq = 0

function event(index) {
  return {
    subject: `person-${index % 1000}`,
    data: {
      call: HEX.slice(32),
      request: `r${index}`,
      surface: 'mcp',
      entrypoint: 'server',
      action: 'create_order',
      driven: 'agent',
      kind: 'agent',
      actor: ['bot'],
      arguments: { sku: 'shoe-42', quantity: 2 },
      outcome: 'ok',
      status: 200,
      duration: 3,
    },
  }
}

async function measure(options) {
  const data = database({ migrate: 'start', migrations: [{ name: '1', sql: PLAIN }], ...options })
  const audit = auditLog({ keys: 'k'.repeat(40), data })
  await data.start({})
  // As long as the text of such an entry.
  await audit.append('order.created', event(1))
  const [{ event: sample, ...envelope }] = (await audit.find()).entries
  const body = JSON.stringify({ event: sample, ...envelope })
  const kinds = {
    'write alone': () => {},
    'and the same bytes, unchained': (statements, index) =>
      statements.run(INSERT_PLAIN, [
        'main/0',
        ++seq,
        HEX,
        HEX,
        body,
        Date.now(),
        'event',
        null,
        `person-${index % 1000}`,
        null,
        null,
        null,
      ]),
    'and an entry': (_, index, db) => audit.append('order.created', event(index), db),
  }
  const times = Object.fromEntries(Object.keys(kinds).map((name) => [name, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, more] of Object.entries(kinds)) {
      const began = performance.now()
      let next = 0
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          while (next < COUNT) {
            const index = next++
            await data.unit(async (db) => {
              const statements = data.statements(db)
              await statements.run(INSERT_NOTE, [++id, 'a note'])
              await more(statements, index, db)
            })
          }
        }),
      )
      times[name].push(((performance.now() - began) * 1000) / COUNT)
    }
  }
  const median = (name) => times[name].sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]
  for (const name of Object.keys(kinds)) {
    console.log(`  ${name.padEnd(32)} ${median(name).toFixed(1)} us a unit`)
  }
  const [alone, plain, entry] = Object.keys(kinds).map(median)
  console.log(
    `  ${body.length} bytes; entry / unchained ${(entry / plain).toFixed(2)}; audited / alone, units a second ${(alone / entry).toFixed(2)}`,
  )
  // By the time of the processor: a machine that others use gives no other number twice.
  const before = process.cpuUsage()
  const { ok, entries } = await audit.verify()
  if (!ok) throw new Error('not sound')
  const { user, system } = process.cpuUsage(before)
  const rate = entries / ((user + system) / 1_000_000)
  console.log(
    `  ${entries} entries verified, ${Math.round(rate).toLocaleString('en')} a second of one core`,
  )
  await data.stop({})
}

const folder = mkdtempSync(join(tmpdir(), 'trefoil-bench-'))
try {
  if (URL === undefined) {
    for (const synchronous of ['NORMAL', 'FULL']) {
      console.log(synchronous)
      await measure({ url: join(folder, `${synchronous}.db`), synchronous })
    }
  } else {
    await measure({ url: URL })
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
