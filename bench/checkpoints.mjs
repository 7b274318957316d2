// What checkpoints of an audit log cost, and what exports do: `node bench/checkpoints.mjs [entries]`

import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AUDIT_FORMATS,
  AuditFile,
  auditCheckpoints,
  auditWriter,
  exportAudit,
  proveEntry,
  TreeFiles,
  verifyCheckpoint,
  verifyEntryProof,
} from 'trefoil/audit-chain'

const COUNT = Number(process.argv[2] ?? 200_000)
const BATCH = 1000
const folder = mkdtempSync(join(tmpdir(), 'trefoil-bench-'))
const keys = { current: new Uint8Array(32).fill(1), previous: [], version: 1 }
const clock = { now: () => Date.now(), elapsed: () => performance.now() }
const event = (index) => ({
  type: 'call',
  call: `c${index}`.padEnd(32, '0'),
  request: `r${index}`,
  surface: 'mcp',
  entrypoint: 'server',
  action: 'create_order',
  driven: 'agent',
  subject: 'ann',
  kind: 'agent',
  actor: ['bot'],
  arguments: { sku: 'shoe-42', quantity: 2 },
  outcome: 'ok',
  status: 200,
  duration: 3,
})

/** By the time of the processor: the machine may be busy with something else. */
async function timed(what, work, count = COUNT) {
  const before = process.cpuUsage()
  const result = await work()
  const { user, system } = process.cpuUsage(before)
  const ms = (user + system) / 1000
  const rate = count === 1 ? '' : `${Math.round((count / ms) * 1000).toLocaleString('en')}/s`
  console.log(`${what.padEnd(34)} ${rate.padStart(12)} ${ms.toFixed(1).padStart(10)} ms`)
  return result
}

try {
  const store = new AuditFile({ path: join(folder, 'a.jsonl'), rotate: 64_000_000, fsync: false })
  const writer = auditWriter(store, keys, clock)
  await timed('written', async () => {
    for (let at = 0; at < COUNT; at += BATCH) {
      await Promise.all(
        Array.from({ length: BATCH }, (_, index) => writer.append(event(at + index))),
      )
    }
  })
  const tree = new TreeFiles({ dir: join(folder, 'tree'), fsync: true })
  const { privateKey } = generateKeyPairSync('ed25519')
  const site = { log: store, tree, keys, origin: 'bench', key: privateKey }
  const checkpoints = auditCheckpoints(site)
  await timed('verified, hashed and signed', () => checkpoints.make())
  const again = auditCheckpoints(site)
  await timed('nothing new, after a restart', () => again.make(), 1)
  await timed('nothing new', () => again.make(), 1)
  await Promise.all(Array.from({ length: BATCH }, (_, index) => writer.append(event(index))))
  await timed(`${BATCH} more`, () => again.make(), BATCH)
  const { verifierKey } = checkpoints
  const seq = Math.floor(COUNT / 3)
  const proof = await timed('proof of an entry', () => proveEntry(tree, 'main/0', seq), 1)
  console.log(`  of ${proof.hashes.length} hashes, ${JSON.stringify(proof).length} bytes`)
  await timed('that verified', () => verifyEntryProof(proof, verifierKey), 1)
  const report = await timed('tree and log verified', () =>
    verifyCheckpoint({ tree, log: store, verifierKey }),
  )
  if (!report.ok || report.covered !== COUNT + BATCH) throw new Error('not sound')
  for (const format of AUDIT_FORMATS) {
    await timed(`export as ${format}`, async () => {
      let bytes = 0
      for await (const line of exportAudit(store.read(), format)) bytes += line.length
      return bytes
    })
  }
  await writer.close()
  console.log(`largest it was: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
