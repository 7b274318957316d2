// A process that writes an audit log and signs it, until it is killed: `checkpoint.process.ts <folder>`. Each
// checkpoint is printed once it has been made.
import { join } from 'node:path'
import {
  AuditFile,
  auditCheckpoints,
  auditWriter,
  signingKeyFile,
  TreeFiles,
} from '../../packages/trefoil/src/audit-chain.ts'

const folder = process.argv[2] as string
const store = new AuditFile({ path: join(folder, 'audit.jsonl'), rotate: 200_000, fsync: false })
const keys = { current: new Uint8Array(32).fill(3), previous: [], version: 1 }
const writer = auditWriter(store, keys, { now: () => Date.now(), elapsed: () => 0 })
const checkpoints = auditCheckpoints({
  log: store,
  tree: new TreeFiles({ dir: join(folder, 'tree'), fsync: false }),
  keys,
  origin: 'example.com/killed',
  key: signingKeyFile(join(folder, 'key')),
})
process.stdout.write(`${JSON.stringify({ key: checkpoints.verifierKey })}\n`)
for (let count = 0; ; count++) {
  const size = 1 + ((count * 37) % 300)
  await Promise.all(Array.from({ length: size }, () => writer.append({ type: 'event', name: 'a' })))
  const made = await checkpoints.make()
  if (made !== null) process.stdout.write(`${JSON.stringify({ note: made.note })}\n`)
}
