// AUD-: the sink of OTLP. What it does when the collector is away is test/attacks/audit-otlp.test.ts.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { auditFile, auditLog, type OtlpOptions } from '../../packages/trefoil/src/audit.ts'
import { memoryAudit } from '../../packages/trefoil/src/audit-chain.ts'
import { database } from '../../packages/trefoil/src/database.ts'
import { createApp, Secret } from '../../packages/trefoil/src/index.ts'
import { KEY } from './audited-app.ts'
import {
  attributeOf,
  collector,
  folder,
  inFile,
  type LogRecord,
  logger,
  started,
} from './otlp-collector.ts'

describe('auditLog({ otlp })', () => {
  test('sends entries as log records, in their order, with what was stored to the letter', async () => {
    const { url, taken, seqs } = await collector()
    const dir = folder()
    const audit = inFile(dir, { url, batch: 2, headers: { 'X-Key': new Secret('k1') } })
    await started(audit)
    for (const name of ['user.invited', 'user.removed', 'key.rotated']) {
      await audit.append(name, { subject: 'ann', tenant: 't1' })
    }
    await vi.waitFor(() => expect(seqs()).toEqual([0, 1, 2]))
    const [first] = taken
    expect(first?.service).toBe('store')
    expect(first?.headers).toMatchObject({ 'x-key': 'k1', 'content-type': 'application/json' })
    const stored: string[] = []
    for await (const one of auditFile({ path: join(dir, 'audit.jsonl') }).read()) {
      if ('text' in one) stored.push(one.text)
    }
    const records = taken.flatMap((one) => one.records)
    expect(records.map(({ body }) => body.stringValue)).toEqual(stored)
    const [record] = records as [LogRecord]
    expect(record).toMatchObject({ eventName: 'trefoil.audit.event', severityText: 'INFO' })
    expect(record.timeUnixNano).toMatch(/^\d{13}000000$/)
    expect(attributeOf(record, 'trefoil.audit.stream')).toBe('main/0')
    expect(attributeOf(record, 'trefoil.audit.name')).toBe('user.invited')
    expect(attributeOf(record, 'user.id')).toBe('ann')
    expect(attributeOf(record, 'trefoil.tenant')).toBe('t1')
    expect(attributeOf(record, 'trefoil.audit.hash')).toMatch(/^[0-9a-f]{64}$/)
  })

  test('goes on where it was after a restart, and from the beginning where that is gone', async () => {
    const { url, seqs } = await collector()
    const dir = folder()
    const one = inFile(dir, { url })
    const stop = await started(one)
    await one.append('a')
    // Sent while it stops: nothing has to wait for the next start.
    await stop()
    expect(seqs()).toEqual([0])
    const two = inFile(dir, { url })
    const stopTwo = await started(two)
    await two.append('b')
    await stopTwo()
    expect(seqs()).toEqual([0, 1])
    rmSync(join(dir, 'sent'), { recursive: true })
    await (await started(inFile(dir, { url })))()
    expect(seqs()).toEqual([0, 1, 0, 1])
  })

  test('what a collector does not want is told, and not sent again', async () => {
    const { url, state, seqs } = await collector()
    state.body = '{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"too old"}}'
    const { lines, log } = logger()
    const audit = inFile(folder(), { url })
    await started(audit, log)
    await audit.append('a')
    await vi.waitFor(() => expect(lines.join()).toContain('did not want some entries'))
    await audit.append('b')
    await vi.waitFor(() => expect(seqs()).toEqual([0, 1]))
  })

  test('in a database: two processes share the place, and how far it was sent', async () => {
    const { url, seqs } = await collector()
    const file = join(folder(), 'app.db')
    const made = () => {
      const data = database<never>({ url: file, migrate: 'start' })
      return { data, audit: auditLog({ keys: KEY, data, otlp: { url, every: '10ms' } }) }
    }
    const [one, two] = [made(), made()]
    const stopOne = await started(one.audit, logger().log, one.data)
    await one.audit.append('a')
    await vi.waitFor(() => expect(seqs()).toEqual([0]))
    const stopTwo = await started(two.audit, logger().log, two.data)
    await two.audit.append('b')
    await vi.waitFor(() => expect(seqs()).toEqual([0, 1]))
    // The place is free at once: nothing waits for a lease.
    await stopOne()
    await two.audit.append('c')
    await vi.waitFor(() => expect(seqs()).toEqual([0, 1, 2]))
    await stopTwo()
    const again = made()
    await (await started(again.audit, logger().log, again.data))()
    expect(seqs()).toEqual([0, 1, 2])
  })

  test('what is sealed for a person leaves sealed: what is sent cannot be called back', async () => {
    const { url, taken } = await collector()
    const data = database<never>({ url: ':memory:' })
    const audit = auditLog({ keys: KEY, data, erasable: true, otlp: { url, every: '10ms' } })
    await started(audit, logger().log, data)
    await audit.append('user.invited', { subject: 'ann-who-wants-to-be-forgotten' })
    await vi.waitFor(() => expect(taken).toHaveLength(1))
    expect(JSON.stringify(taken)).not.toContain('ann-who-wants')
    expect((await audit.find({ subject: 'ann-who-wants-to-be-forgotten' })).entries).toHaveLength(1)
  })

  test.each([
    [{ url: 'collector' }, 'url must be a URL such as'],
    [{ url: 'ftp://collector/' }, 'url must be a URL such as'],
    [{ url: 'https://me:s3cret@collector/' }, 'put them into headers'],
    [{ url: 'http://c/', headers: { 'a b': 's3cret' } }, 'headers'],
    [{ url: 'http://c/', headers: { a: 's3cret\r\nb: c' } }, 'headers'],
    [{ url: 'http://c/', headers: { Host: 's3cret' } }, 'headers'],
    [{ url: 'http://c/', headers: { a: 7 } }, 'headers'],
    [{ url: 'http://c/', every: '1ms' }, "every must be at least '10ms'"],
    [{ url: 'http://c/', batch: 0 }, 'batch'],
    [{}, 'url'],
  ])('%j is refused at the start: %s (FND-38)', (otlp, message) => {
    const make = () => auditLog({ keys: KEY, sink: memoryAudit(), otlp: otlp as OtlpOptions })
    expect(make).toThrow(message)
    expect(make).not.toThrow('s3cret')
  })

  test('an app that is not served sends nothing: commands and tests', async () => {
    const { url, state } = await collector()
    const audit = inFile(folder(), { url })
    const app = createApp({ env: {}, log: { level: 'silent' }, parts: [audit] })
    await app.startup()
    await audit.append('a')
    await new Promise((resolve) => setTimeout(resolve, 50))
    await app.shutdown()
    expect(state.asked).toBe(0)
  })
})
