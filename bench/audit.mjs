// What an audit log costs: entries a second into a file, chained and not, and verified. `node bench/audit.mjs [entries]`
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AuditFile, auditWriter, verifyAudit } from 'trefoil/audit-chain'

const COUNT = Number(process.argv[2] ?? 50_000)
const BATCH = 200
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

async function timed(what, work) {
  const began = performance.now()
  await work()
  const ms = performance.now() - began
  console.log(`${what.padEnd(34)} ${((ms * 1000) / COUNT).toFixed(1)} us an entry`)
  return ms
}

try {
  for (let round = 0; round < 3; round++) {
    const path = join(folder, `${round}.jsonl`)
    const store = new AuditFile({ path, rotate: 1e12, fsync: false })
    const writer = auditWriter(store, keys, clock)
    const batches = async (write) => {
      for (let at = 0; at < COUNT; at += BATCH) {
        await Promise.all(Array.from({ length: BATCH }, (_, index) => write(at + index)))
      }
    }
    const chained = await timed('chained', () => batches((index) => writer.append(event(index))))
    await writer.close()
    const size = Math.round(statSync(path).size / COUNT)
    const { open } = await import('node:fs/promises')
    const file = await open(join(folder, `plain-${round}.jsonl`), 'a')
    const padding = '0'.repeat(Math.max(0, size - JSON.stringify(event(10_000)).length - 15))
    const plain = await timed('the same bytes, unchained', async () => {
      for (let at = 0; at < COUNT; at += BATCH) {
        const lines = Array.from({ length: BATCH }, (_, index) =>
          JSON.stringify({ padding, ...event(at + index) }),
        )
        await file.write(`${lines.join('\n')}\n`)
      }
    })
    await file.close()
    console.log(`${size} bytes; chained / unchained: ${(chained / plain).toFixed(2)}`)
    const ms = await timed('verified', async () => {
      const { ok } = await verifyAudit({ store, keys })
      if (!ok) throw new Error('not sound')
    })
    console.log(`${Math.round(COUNT / (ms / 1000)).toLocaleString('en')} entries/s verified`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
