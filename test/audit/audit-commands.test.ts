// `trefoil audit`: exit codes, beside an app that writes, and without starting one.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditFile, auditLog } from '../../packages/trefoil/src/audit.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { main } from '../../packages/trefoil/src/program/main.ts'
import type { ProgramIo } from '../../packages/trefoil/src/program/terminal/io.ts'
import { KEY } from './audited-app.ts'

const NAME = Symbol.for('trefoil.test.audit')
const cwd = mkdtempSync(join(tmpdir(), 'trefoil-audit-'))
const path = join(cwd, 'log', 'audit.jsonl')
let starts = 0

const writing = auditLog({ keys: KEY, sink: auditFile({ path, fsync: false }) })

beforeAll(async () => {
  await writing.append('user.invited', { subject: 'ann' })
  await writing.append('user.removed', { subject: 'ben' })
  writeFileSync(
    join(cwd, 'app.mjs'),
    `export const app = globalThis[Symbol.for('${NAME.description}')]\n`,
  )
  const app = createApp({
    env: {},
    log: { level: 'silent' },
    parts: [auditLog({ keys: KEY, sink: auditFile({ path, fsync: false }) })],
  })
  app.onStartup(() => {
    starts++
    throw new Error('no database')
  })
  Reflect.set(globalThis, NAME, app)
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

function add(to: Record<'out' | 'err', string>, where: 'out' | 'err') {
  return (text: string) => {
    to[where] += text
  }
}

async function run(...argv: readonly string[]) {
  const written = { out: '', err: '' }
  const io = {
    stdout: { write: add(written, 'out'), isTerminal: false },
    stderr: { write: add(written, 'err'), isTerminal: false },
    stdin: (async function* () {})(),
    askSecret: null,
    askLine: null,
    env: {},
    cwd,
    home: cwd,
    serve: () => Promise.reject(new Error('nothing is served here')),
    startChild: () => {
      throw new Error('no child')
    },
    workers: {
      parallelism: 1,
      announce: null,
      prepare: () => Promise.reject(new Error('no workers here')),
      onReload: () => () => undefined,
    },
    watch: () => () => undefined,
    onStop: () => () => undefined,
    divertOutput: () => undefined,
  } satisfies ProgramIo
  const exit = await main(['--app', 'app.mjs', 'audit', ...argv], io)
  return { exit, ...written }
}

const whole = () => readFileSync(path, 'utf8')

test('verifies beside the writer, and without starting the app', async () => {
  expect(await run('verify')).toMatchObject({
    exit: 0,
    err: '',
    out: expect.stringMatching(/^2 entries: sound\nanchor: \{.*\}\n$/),
  })
  expect(starts).toBe(0)
})

test('shows the last ones, and all of them', async () => {
  const tail = await run('tail', '--lines', '1')
  expect(tail.out).toMatch(/^1 {2}\S+Z {2}event {2}user\.removed {2}ben\n$/)
  const { out } = await run('export', '--after', '0')
  expect(JSON.parse(out)).toMatchObject({ seq: 1, event: { name: 'user.removed' } })
})

test('AUD-5: 0 sound, 1 changed, 2 cannot be read; a lost end shows by the anchor', async () => {
  const { anchors } = JSON.parse((await run('verify', '--json')).out)
  const kept = JSON.stringify(anchors)
  const before = whole()
  writeFileSync(path, before.replace('"ann"', '"eve"'))
  const edited = await run('verify', '--anchor', kept)
  expect(edited).toMatchObject({
    exit: 1,
    out: expect.stringContaining('edited (entry 0) at line 1'),
  })
  writeFileSync(path, `${before.split('\n')[0]}\n`)
  expect(await run('verify')).toMatchObject({ exit: 0 })
  const cut = await run('verify', '--anchor', kept)
  expect(cut).toMatchObject({ exit: 1, out: expect.stringContaining('truncated (entry 1)') })
  expect(await run('verify', '--anchor', '{}')).toMatchObject({ exit: 2 })
  expect(await run('verify', '--anchor', 'nonsense')).toMatchObject({ exit: 2 })
  expect(await run('verify', '--needs-anchor')).toMatchObject({ exit: 1 })
  expect(await run('tail', '--lines', 'many')).toMatchObject({ exit: 2 })
  writeFileSync(path, before)
})

test('SW-26: a subject forges no line and no column of what is shown', async () => {
  const subject = 'eve\n9  2026-01-01T00:00:00.000Z  event  login  root\u001b[2K\u2028'
  await writing.append('login', { subject })
  for (const argv of [
    ['tail', '--lines', '1'],
    ['find', '--subject', subject],
  ]) {
    const { out } = await run(...argv)
    expect(out).toMatch(/^2 {2}\S+Z {2}event {2}login {2}"eve\\n9 {2}.*root\\u001b\[2K\\u2028"\n$/)
  }
})

test('a second writer is told who has the file', async () => {
  const second = auditLog({ keys: KEY, sink: auditFile({ path, fsync: false }) })
  await expect(second.append('a')).rejects.toThrow(`is being written by process ${process.pid}`)
})
