// AUD-: every entry of the audit log reaches the collector, whatever becomes of it meanwhile, and no call waits for it.
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { auditLog } from '../../packages/trefoil/src/audit.ts'
import { memoryAudit } from '../../packages/trefoil/src/audit-chain.ts'
import { KEY } from '../audit/audited-app.ts'
import { closing, collector, folder, inFile, logger, started } from '../audit/otlp-collector.ts'

describe('a collector of the audit log', () => {
  test.each([500, 401, 404, 302])(
    'an outage (%i) loses nothing, and nothing is sent twice that was taken',
    async (status) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      closing.push(() => vi.useRealTimers())
      const { url, state, seqs } = await collector()
      const { lines, log } = logger()
      const audit = inFile(folder(), { url, headers: { authorization: 'Bearer s3cret' } })
      await started(audit, log)
      const until = async (check: () => void) => {
        for (let tries = 0; ; tries++) {
          try {
            return check()
          } catch (error) {
            if (tries > 5000) throw error
            await vi.advanceTimersByTimeAsync(100)
            await new Promise((resolve) => setImmediate(resolve))
          }
        }
      }
      await audit.append('a')
      await until(() => expect(seqs()).toEqual([0]))
      state.answer = status
      state.headers = { location: 'http://127.0.0.1:1/' }
      await audit.append('b')
      const asked = state.asked
      await until(() => expect(state.asked).toBeGreaterThan(asked + 1))
      await audit.append('c')
      state.answer = 200
      await until(() => expect(seqs()).toEqual([0, 1, 2]))
      await until(() => expect(lines).toHaveLength(2))
      expect(lines[0]).toContain('cannot be sent to its collector; it is tried again')
      expect(lines[0]).toContain(`answered ${status}`)
      expect(lines[1]).toContain('is sent to its collector again')
      expect(lines.join()).not.toMatch(/s3cret|127\.0\.0\.1/)
    },
  )

  test('one that never answers keeps no call waiting, and no stop for long', async () => {
    const { url, state } = await collector()
    state.answer = 0
    const audit = auditLog({
      keys: KEY,
      sink: memoryAudit(),
      otlp: { url, every: '10ms', dir: join(folder(), 'sent'), timeout: '100ms' },
    })
    const stop = await started(audit)
    await audit.append('a')
    await vi.waitFor(() => expect(state.asked).toBeGreaterThan(0))
    const before = performance.now()
    for (let at = 0; at < 50; at++) await audit.append('b')
    expect(performance.now() - before).toBeLessThan(500)
    await stop()
    expect(performance.now() - before).toBeLessThan(4000)
  })

  test('entries of one request are no more than a collector takes', async () => {
    const { url, taken, seqs } = await collector()
    const audit = inFile(folder(), { url })
    for (let at = 0; at < 3; at++)
      await audit.append('big', { data: { text: 'x'.repeat(600_000) } })
    await started(audit)
    await vi.waitFor(() => expect(seqs()).toEqual([0, 1, 2]))
    expect(taken.map(({ records }) => records.length)).toEqual([2, 1])
  })
})
