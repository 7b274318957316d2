// Writes an audit log until it is killed, and says each entry that it has been told is safe.
import process from 'node:process'
import { auditFile, auditLog } from 'trefoil/audit'

const [path = '', keys = ''] = process.argv.slice(2)
const audit = auditLog({ keys, sink: auditFile({ path, rotate: '20kb', fsync: false }) })

let count = 0
async function write(): Promise<void> {
  for (;;) {
    const name = `event.${count++}`
    const { seq } = await audit.append(name, { data: { padding: 'x'.repeat(count % 900) } })
    process.stdout.write(`${seq} ${name}\n`)
  }
}
await Promise.all(Array.from({ length: 8 }, write))
