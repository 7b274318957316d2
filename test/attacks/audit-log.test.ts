// Who attacks: whoever kills the process while it writes, runs a second one, fills the disk, or sends what
// is meant to break the log.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, describe, expect, test } from 'vitest'
import { auditFile, auditLog } from '../../packages/trefoil/src/audit.ts'
import { AuditFile, verifyAudit } from '../../packages/trefoil/src/audit-chain.ts'
import { audited, callsIn, entriesIn, KEY, tokenOf } from '../audit/audited-app.ts'
import { callBy, WAYS } from '../parity/ways.ts'

const root = mkdtempSync(join(tmpdir(), 'trefoil-audit-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const WRITER = join(import.meta.dirname, 'audit-writer.process.ts')

/** @returns the last entry that the process was told is safe, before it was killed */
async function writeUntilKilled(path: string, ms: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, path, KEY], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more
  })
  await once(child.stdout, 'data')
  await new Promise((resolve) => setTimeout(resolve, ms))
  child.kill('SIGKILL')
  await once(child, 'close')
  const lines = text.slice(0, text.lastIndexOf('\n')).split('\n')
  return Math.max(...lines.map((line) => Number(line.split(' ')[0])))
}

test('PW-36: killed again and again, no entry is lost that was said to be safe, and the chain holds', async () => {
  const path = join(root, 'killed', 'audit.jsonl')
  for (let round = 0; round < 4; round++) {
    const safe = await writeUntilKilled(path, 40 + round * 30)
    // As if it had been killed in the middle of a line.
    if (round === 1) appendFileSync(path, '{"prev":"00ab')
    const audit = auditLog({ keys: KEY, sink: auditFile({ path, fsync: false }) })
    const before = await audit.verify()
    expect(before.findings.filter(({ tampered }) => tampered)).toEqual([])
    expect(before.anchors[0]?.seq).toBeGreaterThanOrEqual(safe)
    await audit.append('restarted')
    expect(await audit.verify({ anchor: before.anchors })).toMatchObject({ ok: true, findings: [] })
    // Gives the lock back, as an app that stops does.
    await audit.stop?.({} as never)
  }
}, 60_000)

test('SW-26: two processes at once: one writes, the other is told so, and nothing forks', async () => {
  const path = join(root, 'two', 'audit.jsonl')
  const mine = auditLog({ keys: KEY, sink: auditFile({ path, fsync: false }) })
  await mine.append('first')
  const child = spawn(process.execPath, [WRITER, path, KEY], { stdio: ['ignore', 'pipe', 'pipe'] })
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    told += more
  })
  const [exit] = await once(child, 'close')
  expect(exit).not.toBe(0)
  expect(told).toContain(`is being written by process ${process.pid}`)
  await mine.append('second')
  expect(await mine.verify()).toMatchObject({ ok: true, entries: 2, findings: [] })
  await mine.stop?.({} as never)
}, 30_000)

test('AUD-6: a disk that is full takes half an entry, and none of it stays', async () => {
  const path = join(root, 'full', 'audit.jsonl')
  const store = new AuditFile({ path, rotate: 1e9, fsync: false })
  let isFull = false
  // Every file of Node is of one class: what a full disk does is done to it.
  const probe = await open(import.meta.filename)
  const kind: { write: (...args: unknown[]) => Promise<unknown> } = Object.getPrototypeOf(probe)
  await probe.close()
  const { write } = kind
  kind.write = async function (this: unknown, bytes, start, length, ...rest) {
    if (!isFull) return write.call(this, bytes, start, length, ...rest)
    await write.call(this, bytes, start, Math.floor(Number(length) / 2), ...rest)
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
  }
  try {
    const audit = auditLog({ keys: KEY, sink: store })
    await audit.append('a')
    isFull = true
    await expect(audit.append('b')).rejects.toThrow('ENOSPC')
    expect(await audit.verify()).toMatchObject({ ok: true, entries: 1, findings: [] })
    isFull = false
    await audit.append('c')
    expect(await audit.verify()).toMatchObject({ ok: true, entries: 2, findings: [] })
  } finally {
    kind.write = write
    await store.close()
  }
})

describe.each(WAYS)('by %s', (way) => {
  test('AUD-1: what callers choose stays data: ids, arguments, names', async () => {
    const { client, store, audit } = audited()
    const headers = { 'x-request-id': 'a","outcome":"ok' }
    await callBy(way, client, 'write', { token: tokenOf('ann"},{'), headers })
    await callBy(way, client, 'write', { token: tokenOf('__proto__') })
    const [first, second] = callsIn(store)
    expect(first).toMatchObject({ subject: 'ann"},{' })
    expect(second).toMatchObject({ subject: '__proto__' })
    expect(await audit.verify()).toMatchObject({ ok: true, entries: 2 })
  })
})

test('AUD-1: arguments that are meant to break an entry cost it nothing but themselves', async () => {
  const { client, store } = audited()
  const token = tokenOf('ann')
  const text = '{"amount":1,"note":{"text":"\\ud800","api_key":"x","__proto__":{"a":1}}}'
  const headers = { 'content-type': 'application/json' }
  await client.http.post('/pay?pin=1', { token, headers, body: text })
  await client.http.post('/pay?pin=%00', {
    token,
    json: { amount: 1, note: { text: 'x'.repeat(1e5), api_key: 'k' } },
  })
  expect(callsIn(store)).toHaveLength(2)
  expect(JSON.stringify(store.entries).length).toBeLessThan(20_000)
})

test('P-MWL-5: two hundred calls at once are two hundred entries, in one chain', async () => {
  const { client, store, audit } = audited({ failClosed: ['api'] })
  const token = tokenOf('ann')
  await Promise.all(Array.from({ length: 200 }, () => client.http.post('/write', { token })))
  const calls = callsIn(store)
  for (const type of ['intent', 'call']) {
    const ids = calls.filter((event) => event.type === type).map(({ call }) => call)
    expect(new Set(ids).size).toBe(200)
  }
  expect(entriesIn(store)).toHaveLength(400)
  expect(await verifyAudit({ store, keys: ringOf(), anchor: await audit.anchors() })).toMatchObject(
    {
      ok: true,
    },
  )
})

function ringOf() {
  return { current: new TextEncoder().encode(KEY), previous: [], version: 1 }
}
