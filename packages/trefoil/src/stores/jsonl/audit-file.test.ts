import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { auditWriter, verifyAudit } from '../../record/audit/verify-audit.ts'
import { auditStoreContract } from '../../testing/contracts/audit-store-contract.ts'
import { memoryAudit } from '../memory/memory-audit.ts'
import { AuditFile } from './audit-file.ts'

const root = mkdtempSync(join(tmpdir(), 'trefoil-audit-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let count = 0
const fresh = () => join(root, String(++count), 'audit.jsonl')
const keys = { current: new Uint8Array(32).fill(7), previous: [], version: 1 }
const clock = { now: () => 1000, elapsed: () => 0 }

function fileAt(path: string, rotate = 1e9): AuditFile {
  return new AuditFile({ path, rotate, fsync: false })
}

describe('auditStoreContract', () => {
  test.each(
    auditStoreContract(() => {
      const path = fresh()
      return () => fileAt(path)
    }),
  )('a file $name', ({ run }) => run())

  test.each(
    auditStoreContract(() => {
      const path = fresh()
      return () => fileAt(path, 1)
    }),
  )('a file for each write $name', ({ run }) => run())

  test.each(
    auditStoreContract(() => {
      const store = memoryAudit()
      return () => store
    }),
  )('memory $name', ({ run }) => run())
})

async function written(path: string, names: readonly string[], rotate?: number): Promise<void> {
  const writer = auditWriter(fileAt(path, rotate), keys, clock)
  for (const name of names) await writer.append({ type: 'event', name })
  await writer.close()
}

const report = (path: string) => verifyAudit({ store: fileAt(path), keys })

test('PW-36: files of 0600, one after another, are one chain', async () => {
  const path = fresh()
  await written(path, 'abcdefgh'.split(''), 500)
  const folder = join(path, '..')
  expect(readdirSync(folder).length).toBeGreaterThan(3)
  for (const name of readdirSync(folder)) {
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  }
  expect(await report(path)).toMatchObject({ ok: true, entries: 8, findings: [] })
  rmSync(join(folder, 'audit.jsonl.00000002'))
  expect(await report(path)).toMatchObject({ ok: false, findings: [{ code: 'deleted' }] })
})

test('PW-36: one that others could read is not open to them any more', async () => {
  const path = fresh()
  await written(path, ['a'])
  execFileSync('chmod', ['644', path])
  await written(path, ['b'])
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test.each([1, 40, 150, 260])(
  'PW-36: %i bytes of a torn line are taken away, and told of',
  async (length) => {
    const path = fresh()
    await written(path, ['a', 'b'])
    const whole = readFileSync(path, 'utf8')
    const [, second = ''] = whole.split('\n')
    appendFileSync(path, second.slice(0, length))
    const before = await report(path)
    expect(before).toMatchObject({ ok: true, findings: [{ code: 'torn', tampered: false }] })
    await written(path, ['c'])
    const after = await report(path)
    expect(after).toMatchObject({ ok: true, entries: 4, findings: [] })
    const bytes = Math.min(length, second.length)
    expect(readFileSync(path, 'utf8')).toContain(`{"bytes":${bytes},"type":"repaired"}`)
  },
)

test('SW-26: an end that is no entry is not written behind, nor begun anew', async () => {
  const path = fresh()
  await written(path, ['a', 'b'])
  appendFileSync(path, '{"hello":1}\n')
  await expect(written(path, ['c'])).rejects.toThrow('is no entry')
  expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(3)
  truncateSync(path, 0)
  expect(await report(path)).toMatchObject({ entries: 0 })
})

describe('one writer', () => {
  test('SW-26: a second one is kept out while the first is there', async () => {
    const path = fresh()
    const first = fileAt(path)
    await first.open()
    await expect(fileAt(path).open()).rejects.toThrow(`process ${process.pid} on ${hostname()}`)
    await first.close()
    await written(path, ['a'])
    expect(existsSync(`${path}.lock`)).toBe(false)
  })

  test('SW-26: of many that come at once, one gets in', async () => {
    const path = fresh()
    const files = Array.from({ length: 20 }, () => fileAt(path))
    const opened = await Promise.allSettled(files.map(async (file) => file.open()))
    expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const file of files) await file.close()
  })

  test('a lock of a process that is gone, or whose number another one has now, is taken', async () => {
    const path = fresh()
    await written(path, ['a'])
    const gone = Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }))
    const holders = [
      { pid: gone, host: hostname(), began: null },
      { pid: process.ppid, host: hostname(), began: '1' },
      // A container's only process has the same number after a restart.
      { pid: process.pid, host: hostname(), began: '1' },
    ]
    for (const holder of holders) {
      writeFileSync(`${path}.lock`, JSON.stringify(holder))
      await written(path, ['b'])
    }
    expect(await report(path)).toMatchObject({ ok: true, entries: 4 })
  })

  test.each([
    ['another machine', JSON.stringify({ pid: 1, host: 'elsewhere', began: null })],
    ['nobody knows whom', 'not json'],
  ])('SW-26: a lock of %s is respected', async (_, text) => {
    const path = fresh()
    await written(path, ['a'])
    writeFileSync(`${path}.lock`, text)
    await expect(written(path, ['b'])).rejects.toThrow('delete')
  })
})

test('a link in its place is not followed', async () => {
  const path = fresh()
  await written(path, ['a'])
  const target = join(root, 'elsewhere')
  rmSync(path)
  symlinkSync(target, path)
  await expect(written(path, ['b'])).rejects.toThrow('is no file')
  expect(existsSync(target)).toBe(false)
  expect(existsSync(`${path}.lock`)).toBe(false)
})

test('AUD-4: behind a number it reads what is near it, over every file, and misses nothing', async () => {
  const path = fresh()
  const writer = new AuditFile({ path, rotate: 700_000, fsync: false })
  await writer.open()
  let prev = '0'.repeat(64)
  const all = Array.from({ length: 8000 }, (_, seq) => {
    const data = '","seq":5,"stream":"x'.repeat(seq % 9)
    const text = `{"event":{"data":${JSON.stringify(data)}},"kid":"k","seq":${seq},"stream":"main/0","time":1,"v":1}`
    const hash = seq.toString(16).padStart(64, '0')
    const entry = { prev, hash, text }
    prev = hash
    return entry
  })
  for (let from = 0; from < all.length; from += 100)
    await writer.append(all.slice(from, from + 100))
  await writer.close()
  for (const after of [-1, 0, 1, 2500, 4000, 6001, 7900, 7998, 7999, 9000]) {
    const read = await Array.fromAsync(writer.read('main/0', after))
    const wanted = all.slice(after + 1)
    expect(wanted.length === 0 ? [] : read.slice(-wanted.length)).toEqual(wanted)
    // No more than what is near: files that are passed over, and a quarter of a megabyte of the last.
    if (after > 7000) expect(read.length).toBeLessThan(3000)
  }
})
