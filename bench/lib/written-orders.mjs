// What W6 writes: an order, and an entry of an audit log that is chained to the one before it. The statements
// and the chain are the same on both sides; whose transaction it is, is what is measured.
import { hash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const TABLES = `
  create table orders (id integer primary key, customer_id text not null, sku text not null,
    quantity integer not null, created_by text not null) strict;
  create table audit (stream integer not null, seq integer not null, prev text not null, hash text not null,
    text text not null, primary key (stream, seq)) strict, without rowid`

export const INSERT_ORDER =
  'insert into orders (customer_id, sku, quantity, created_by) values (?, ?, ?, ?)'
export const LAST_ENTRY = 'select seq, hash from audit where stream = 0 order by seq desc limit 1'
export const INSERT_ENTRY =
  'insert into audit (stream, seq, prev, hash, text) values (0, ?, ?, ?, ?)'

const inner = new Uint8Array(64).fill(0x36)
const outer = new Uint8Array(64).fill(0x5c)
for (let at = 0; at < 32; at++) {
  inner[at] = 0x36 ^ 7
  outer[at] = 0x5c ^ 7
}

/** Values of the next entry. @param {{ seq: number, hash: string } | undefined} last */
export function nextEntry(last, callId, subject, args) {
  const seq = (last?.seq ?? 0) + 1
  const prev = last?.hash ?? '0'.repeat(64)
  const text = JSON.stringify({
    v: 1,
    stream: 'main/0',
    seq,
    time: Date.now(),
    event: {
      type: 'call',
      call: callId,
      request: callId,
      surface: 'api',
      entrypoint: 'server',
      action: 'create_order',
      driven: 'person',
      subject,
      kind: 'unknown',
      actor: [],
      arguments: args,
      outcome: 'ok',
      status: 201,
    },
  })
  // HMAC out of one-shot hashes: a tenth of what createHmac costs.
  const first = hash('sha256', Buffer.concat([inner, Buffer.from(prev + text)]), 'buffer')
  return [seq, prev, hash('sha256', Buffer.concat([outer, first]), 'hex'), text]
}

/** A file that is gone when the process ends. */
export function databaseFile() {
  const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'trefoil-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'orders.db')
}
