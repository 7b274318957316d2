// AUD-: the place of the one who sends the audit log, on PostgreSQL; test/audit/audit-otlp.test.ts is the same on SQLite.
import { auditLog } from 'trefoil/audit'
import { database } from 'trefoil/database'
import { describe, expect, test, vi } from 'vitest'
import { KEY } from '../audit/audited-app.ts'
import { collector, logger, started } from '../audit/otlp-collector.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

describe.skipIf(!hasPostgres)('auditLog({ data, otlp }) on PostgreSQL', () => {
  test('one of two processes sends, and the other goes on where it was', async () => {
    const { url: collectorUrl, seqs } = await collector()
    const url = await createDatabase()
    const made = () => {
      const data = database<never>({ url, migrate: 'start' })
      const otlp = { url: collectorUrl, every: '10ms' } as const
      return { data, audit: auditLog({ keys: KEY, data, otlp }) }
    }
    const [one, two] = [made(), made()]
    const stopOne = await started(one.audit, logger().log, one.data)
    await one.audit.append('a')
    await vi.waitFor(() => expect(seqs()).toEqual([0]), 5000)
    const stopTwo = await started(two.audit, logger().log, two.data)
    // Streams are of connections: each begins with 0.
    await two.audit.append('b')
    await one.audit.append('c')
    await vi.waitFor(() => expect(seqs()).toHaveLength(3), 5000)
    await stopOne()
    await two.audit.append('d')
    await vi.waitFor(() => expect(seqs()).toHaveLength(4), 5000)
    await stopTwo()
    const again = made()
    await (await started(again.audit, logger().log, again.data))()
    expect(seqs()).toHaveLength(4)
  })
})
