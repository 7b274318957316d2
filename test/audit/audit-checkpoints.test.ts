// Checkpoints of an app's log: by options, by its commands, over a file and over a database.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import {
  type AuditLogOptions,
  auditFile,
  auditLog,
  type CheckpointOptions,
} from '../../packages/trefoil/src/audit.ts'
import {
  memoryAudit,
  memoryTree,
  verifyCheckpoint,
  verifyEntryProof,
  verifyGrowthProof,
} from '../../packages/trefoil/src/audit-chain.ts'
import { database } from '../../packages/trefoil/src/database.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { main } from '../../packages/trefoil/src/program/main.ts'
import type { ProgramIo } from '../../packages/trefoil/src/program/terminal/io.ts'
import { linesOf } from '../parity/ways.ts'
import { KEY } from './audited-app.ts'

const cwd = mkdtempSync(join(tmpdir(), 'trefoil-checkpoints-'))
const audits: ReturnType<typeof auditLog>[] = []
afterAll(async () => {
  // None of them was started: what it is handed is not looked at.
  for (const audit of audits) await audit.stop?.({} as never)
  rmSync(cwd, { recursive: true, force: true })
})
const ORIGIN = 'example.com/store/audit'

let folders = 0

function setUp(more: Partial<CheckpointOptions> = {}, options: Partial<AuditLogOptions> = {}) {
  const folder = join(cwd, `log-${folders++}`)
  const path = join(folder, 'audit.jsonl')
  const checkpoints = {
    origin: ORIGIN,
    keyFile: join(folder, 'checkpoint.key'),
    dir: join(folder, 'tree'),
    ...more,
  }
  const make = () =>
    auditLog({ keys: KEY, sink: auditFile({ path, fsync: false }), checkpoints, ...options })
  const audit = make()
  audits.push(audit)
  const { lines, logger } = linesOf()
  const app = () => createApp({ env: {}, log: { logger }, parts: [make()] })
  // A module is loaded once: each app has one of its own.
  const name = `trefoil.test.checkpoints.${folders}`
  Reflect.set(globalThis, Symbol.for(name), app())
  const module = `export const app = globalThis[Symbol.for('${name}')]\n`
  writeFileSync(join(cwd, `app-${folders}.mjs`), module)
  return { folder, path, checkpoints, audit, make, lines, logger }
}

async function run(...argv: readonly string[]) {
  const written = { out: '', err: '' }
  const io = {
    stdout: {
      write: (text: string) => {
        written.out += text
      },
      isTerminal: false,
    },
    stderr: {
      write: (text: string) => {
        written.err += text
      },
      isTerminal: false,
    },
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
    watch: () => () => undefined,
    onStop: () => () => undefined,
    divertOutput: () => undefined,
  } satisfies ProgramIo
  const exit = await main(['--app', `app-${folders}.mjs`, 'audit', ...argv], io)
  return { exit, ...written }
}

test('AUD-3: a key is made once, for its owner alone, and a checkpoint is what was written', async () => {
  const { audit, make, checkpoints, folder } = setUp()
  expect(await audit.checkpoint()).toBeNull()
  await audit.append('a')
  const made = await audit.checkpoint()
  expect(made).toMatchObject({ origin: ORIGIN, size: 1 })
  expect(statSync(checkpoints.keyFile).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'tree')).mode & 0o777).toBe(0o700)
  // Nothing new: the same one, by another process as well.
  expect((await make().checkpoint())?.note).toBe(made?.note)
  expect(readFileSync(join(folder, 'tree', 'checkpoint'), 'utf8')).toBe(made?.note)
  expect(existsSync(join(folder, 'tree', 'tree.lock'))).toBe(false)
})

test('AUD-3: trefoil audit checkpoint prints it; verify holds the log to it, and to one that was kept', async () => {
  const { audit, folder, path } = setUp()
  expect(await run('checkpoint')).toMatchObject({ exit: 2, out: 'The log has no entries yet\n' })
  expect(await run('verify')).toMatchObject({
    exit: 0,
    out: expect.stringMatching(/no checkpoint yet\n$/),
  })
  for (const name of ['a', 'b', 'c']) await audit.append(name)
  // What somebody who changes a log takes away first.
  expect(await run('verify')).toMatchObject({
    exit: 1,
    out: expect.stringContaining('checkpoint_missing'),
  })
  const first = await run('checkpoint')
  expect(first).toMatchObject({ exit: 0, err: '' })
  expect(first.out).toMatch(
    /^example\.com\/store\/audit\n3\n\S+\n\n\u2014 example\.com\/store\/audit \S+\n$/,
  )
  const kept = join(folder, 'kept')
  writeFileSync(kept, first.out)
  const key = (await run('checkpoint', '--verifier-key')).out.trim()
  expect(key).toMatch(/^example\.com\/store\/audit\+[0-9a-f]{8}\+/)
  await audit.append('d')
  await audit.append('e')
  expect(await run('verify', '--checkpoint', kept)).toMatchObject({
    exit: 0,
    out: expect.stringMatching(
      /^5 entries: sound\n(?:.*\n)*checkpoint of 3 entries, 3 as they were, 2 since: sound\n$/,
    ),
  })
  await run('checkpoint')
  expect(await run('verify', '--checkpoint', kept, '--verifier-key', key)).toMatchObject({
    exit: 0,
  })
  const other = key.replace(/\+.*$/, '+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')
  expect(await run('verify', '--verifier-key', other)).toMatchObject({ exit: 2 })
  // Everything as it was before: the log in itself is sound.
  const whole = readFileSync(path, 'utf8')
  const now = join(folder, 'now')
  writeFileSync(now, readFileSync(join(folder, 'tree', 'checkpoint')))
  writeFileSync(path, whole.split('\n').slice(0, 3).join('\n').concat('\n'))
  writeFileSync(join(folder, 'tree', 'checkpoint'), first.out)
  expect(await run('verify')).toMatchObject({ exit: 0 })
  expect(await run('verify', '--checkpoint', now)).toMatchObject({
    exit: 1,
    out: expect.stringContaining('checkpoint_rolled_back'),
  })
  writeFileSync(join(folder, 'tree', 'checkpoint'), readFileSync(now))
  const cut = await run('verify', '--json')
  expect(JSON.parse(cut.out)).toMatchObject({
    ok: false,
    checkpoint: { findings: [{ code: 'truncated', stream: 'main/0', seq: 4 }] },
  })
  // Nothing is signed over it.
  expect(await run('checkpoint')).toMatchObject({
    exit: 2,
    out: expect.stringContaining('was cut off'),
  })
  expect(await run('verify', '--checkpoint', join(folder, 'none'))).toMatchObject({ exit: 2 })
})

test('AUD-4: trefoil audit prove prints what others verify with the key of the log alone', async () => {
  const { audit, folder } = setUp()
  for (let count = 0; count < 5; count++) await audit.append('a')
  const first = await audit.checkpoint()
  await Promise.all(Array.from({ length: 300 }, () => audit.append('b')))
  await audit.append('c')
  await audit.checkpoint()
  const key = (await run('checkpoint', '--verifier-key')).out.trim()
  const { out, exit } = await run('prove', '--seq', '257')
  const proof = JSON.parse(out)
  expect([exit, proof.hashes.length]).toEqual([0, 7])
  const line = readFileSync(join(folder, 'audit.jsonl'), 'utf8').split('\n')[257] as string
  const { hash } = JSON.parse(line)
  const text = line.slice(line.indexOf('"entry":') + 8, -1)
  expect(verifyEntryProof(proof, key, { hash, text })).toBeNull()
  expect(verifyEntryProof(proof, key, { hash, text: text.replace('"b"', '"x"') })).toBe(
    'other_entry',
  )
  const growth = JSON.parse((await run('prove', '--from', '5')).out)
  expect(verifyGrowthProof(growth, first?.note as string, key)).toBeNull()
  for (const wrong of [
    [],
    ['--seq', 'x'],
    ['--seq', '999'],
    ['--from', '999'],
    ['--seq', '1', '--from', '1'],
    ['--seq', '1', '--stream', 'other/0'],
  ]) {
    expect(await run('prove', ...wrong)).toMatchObject({ exit: 2 })
  }
})

/** As behind a server: parts start and stop with it. */
async function served(app: ReturnType<typeof createApp>, work: () => Promise<void>) {
  const { serve } = await import('../../packages/trefoil/src/node.ts')
  const server = await serve(app, { port: 0, host: '127.0.0.1', signals: false })
  try {
    await work()
  } finally {
    await server.close()
  }
}

test('AUD-3: while it is served one is made by time, after so many entries, and at the end', async () => {
  const tree = memoryTree()
  const sink = memoryAudit()
  const { checkpoints, logger } = setUp()
  const size = () =>
    Number(
      Buffer.from(tree.read('checkpoint') ?? '\n0')
        .toString()
        .split('\n')[1],
    )
  const serving = async (
    more: Partial<CheckpointOptions>,
    work: (audit: ReturnType<typeof auditLog>) => Promise<void>,
  ) => {
    const audit = auditLog({
      keys: KEY,
      sink,
      checkpoints: { ...checkpoints, store: tree, ...more },
    })
    const app = createApp({ env: {}, log: { logger }, parts: [audit] })
    await served(app, () => work(audit))
  }
  await serving({ every: '100ms' }, async (audit) => {
    await audit.append('a')
    await vi.waitFor(() => expect(size()).toBe(1))
    await audit.append('b')
    await vi.waitFor(() => expect(size()).toBe(2))
  })
  await serving({ every: '1h', entries: 2 }, async (audit) => {
    await audit.append('c')
    await audit.append('d')
    await vi.waitFor(() => expect(size()).toBe(4))
    await audit.append('e')
  })
  expect(size()).toBe(5)
})

test('AUD-3: what keeps it from signing is logged once, and calls go on', async () => {
  const sink = memoryAudit()
  let isCut = false
  const cut = { ...sink, entries: [], read: () => (isCut ? memoryAudit().read() : sink.read()) }
  const { checkpoints, logger, lines } = setUp()
  const audit = auditLog({
    keys: KEY,
    sink: cut,
    checkpoints: { ...checkpoints, store: memoryTree(), every: '100ms' },
  })
  await served(createApp({ env: {}, log: { logger }, parts: [audit] }), async () => {
    await audit.append('a')
    await audit.checkpoint()
    isCut = true
    const told = () =>
      lines.filter((line) => JSON.stringify(line).includes('No checkpoint of the audit log'))
    await vi.waitFor(() => expect(told()).toHaveLength(1))
    await new Promise((resolve) => setTimeout(resolve, 350))
    expect(told()).toHaveLength(1)
    await audit.append('b')
  })
})

test('AUD-3: a log in a database is one tree, and goes on where it was', async () => {
  const data = database({ url: join(cwd, 'app.db'), migrate: 'start' })
  const { checkpoints } = setUp()
  const tree = memoryTree()
  const audit = auditLog({ keys: KEY, data, checkpoints: { ...checkpoints, store: tree } })
  const app = createApp({ env: {}, log: { level: 'silent' }, parts: [data, audit] })
  await served(app, async () => {
    for (let count = 0; count < 20; count++) await audit.append('a')
    expect(await audit.checkpoint()).toMatchObject({ size: 20 })
    for (let count = 0; count < 20; count++) await audit.append('b')
    expect(await audit.checkpoint()).toMatchObject({ size: 40 })
  })
  expect(tree.files.has('tile/0/000.p/40')).toBe(true)
})

test('AUD-3: options that cannot be are refused at start-up, and no key is ever shown', () => {
  const made = (more: object) => () => setUp(more)
  expect(made({ origin: 'a b' })).not.toThrow()
  expect(made({ origin: '' })).toThrow('checkpoints.origin')
  expect(made({ key: 'a s3cret that is none' })).toThrow(
    /^checkpoints\.key must be an Ed25519 private key/,
  )
  expect(made({ key: 'a s3cret that is none' })).not.toThrow('s3cret')
  expect(made({ every: '1ms' })).toThrow("checkpoints.every must be at least '100ms'")
  expect(made({ entries: 0 })).toThrow('checkpoints.entries')
  expect(made({ store: {} })).toThrow('checkpoints.store must be a store')
  expect(made({ size: 5 })).toThrow('size')
})

test('AUD-3: a key file that others can read is refused, and so is what is no key', async () => {
  const { audit, checkpoints, folder } = setUp()
  await audit.append('a')
  writeFileSync(checkpoints.keyFile, 'nonsense', { mode: 0o644 })
  await expect(audit.checkpoint()).rejects.toThrow('others can read it')
  const { audit: second, checkpoints: own } = setUp({ keyFile: join(folder, 'second.key') })
  writeFileSync(own.keyFile, 'nonsense', { mode: 0o600 })
  await second.append('a')
  await expect(second.checkpoint()).rejects.toThrow('must be an Ed25519 private key')
  const plain = auditLog({ keys: KEY, sink: memoryAudit() })
  await expect(plain.checkpoint()).rejects.toThrow('needs auditLog({ checkpoints })')
  expect(
    await verifyCheckpoint({
      tree: memoryTree(),
      verifierKey: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    }),
  ).toMatchObject({ ok: false, size: 0 })
})

test('trefoil audit export writes every format, line by line', async () => {
  const { audit } = setUp()
  const subjects = Array.from({ length: 600 }, (_, at) => `s${at}`)
  await Promise.all(subjects.map((subject) => audit.append('user.created', { subject })))
  await audit.append('b')
  for (const format of ['jsonl', 'ocsf', 'ecs', 'cef']) {
    const { out, exit } = await run('export', '--format', format)
    expect([exit, out.split('\n').length]).toEqual([0, 602])
  }
  const { out } = await run('export', '--after', '599', '--stream', 'main/0')
  expect(JSON.parse(out)).toMatchObject({ seq: 600 })
  expect((await run('export', '--stream', 'main/1')).out).toBe('')
  expect(await run('export', '--format', 'xml')).toMatchObject({ exit: 2 })
  expect(JSON.parse((await run('export', '--json', '--after', '598')).out)).toMatchObject({
    ok: true,
    lines: [expect.any(String)],
  })
})

test('V-03: trefoil audit verify --format svc holds rows of svc-infra to their hashes', async () => {
  const { audit, folder } = setUp()
  // So that there is a folder.
  await audit.append('a')
  const zeros = '0'.repeat(64)
  const row = {
    actor_id: '11111111-1111-4111-8111-111111111111',
    event_type: 'login',
    metadata: { ip: '1.1.1.1' },
    resource_ref: null,
    tenant_id: 't1',
    ts: '2025-01-01T12:00:00+00:00',
    prev_hash: zeros,
    hash: 'f5e65c4734e21088f3f10f1021cb85bdbc99417c144f1172828b54a3b39420af',
  }
  const file = join(folder, 'rows')
  for (const text of [JSON.stringify([row]), `${JSON.stringify(row)}\n\n`]) {
    writeFileSync(file, text)
    expect(await run('verify', '--format', 'svc', '--file', file)).toMatchObject({ exit: 0 })
  }
  writeFileSync(file, JSON.stringify([{ ...row, event_type: 'x' }]))
  expect(await run('verify', '--format', 'svc', '--file', file)).toMatchObject({
    exit: 1,
    out: expect.stringContaining('row 0 does not match'),
  })
  for (const text of ['nonsense', '5', '[5]', '{"a":']) {
    writeFileSync(file, text)
    expect(await run('verify', '--format', 'svc', '--file', file)).toMatchObject({ exit: 2 })
  }
  for (const wrong of [
    ['--format', 'svc'],
    ['--format', 'xml'],
    ['--file', file],
  ]) {
    expect(await run('verify', ...wrong)).toMatchObject({ exit: 2 })
  }
})
