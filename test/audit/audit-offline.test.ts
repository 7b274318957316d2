// AUD-: `trefoil audit …` on an app whose database nobody has migrated, and the end of `tail --follow`.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditLog } from '../../packages/trefoil/src/audit.ts'
import { memoryAudit } from '../../packages/trefoil/src/audit-chain.ts'
import { database } from '../../packages/trefoil/src/database.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { type CommandResult, definePart } from '../../packages/trefoil/src/parts.ts'
import { main } from '../../packages/trefoil/src/program/main.ts'
import { programIo } from '../support/program-io.ts'
import { KEY } from './audited-app.ts'

const NAME = Symbol.for('trefoil.test.offline')
const cwd = mkdtempSync(join(tmpdir(), 'trefoil-offline-'))
const apps = new Map<string, unknown>()

beforeAll(() => Reflect.set(globalThis, NAME, apps))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

function named(name: string, parts: Parameters<typeof createApp>[0]): string {
  apps.set(name, createApp({ env: {}, log: { level: 'silent' }, ...parts }))
  writeFileSync(
    join(cwd, `${name}.mjs`),
    `export const app = globalThis[Symbol.for('${NAME.description}')].get('${name}')\n`,
  )
  return `${name}.mjs`
}

describe('a database that was never migrated', () => {
  const file = join(cwd, 'data', 'app.db')
  const app = () => {
    const data = database({ url: file })
    return named('never', {
      parts: [data, auditLog({ keys: KEY, data, checkpoints: { origin: 'store.example' } })],
    })
  }

  test.each(['verify', 'tail', 'find', 'export', 'checkpoint', 'prove'])(
    'audit %s says what to do, and makes no file',
    async (command) => {
      const { io, written } = programIo(cwd)
      const exit = await main(['--app', app(), 'audit', command], io)
      expect(written.out).toBe('The database lacks tables of audit: run `trefoil migrate` first\n')
      expect([exit, written.err]).toEqual([2, ''])
      expect(existsSync(file)).toBe(false)
    },
  )

  test('what needs no log is done without one', async () => {
    const { io, written } = programIo(cwd)
    expect(await main(['--app', app(), 'audit', 'checkpoint', '--verifier-key'], io)).toBe(0)
    expect(written.out).toContain('store.example')
    expect(existsSync(file)).toBe(false)
  })

  test('an app that refuses to start on it makes no file either', async () => {
    const data = database({ url: file, migrate: 'command' })
    const app = createApp({ env: {}, parts: [data, auditLog({ keys: KEY, data })] })
    await expect(app.startup()).rejects.toThrow('run `trefoil migrate` first')
    expect(existsSync(file)).toBe(false)
  })

  test('one that is there, of an app without the log, keeps what it has', async () => {
    const plain = join(cwd, 'plain.db')
    await database({ url: plain }).unit(() => undefined)
    const data = database({ url: plain })
    const app = named('plain', { parts: [data, auditLog({ keys: KEY, data })] })
    const { io, written } = programIo(cwd)
    expect(await main(['--app', app, 'audit', 'verify'], io)).toBe(2)
    expect(written.out).toBe('The database lacks tables of audit: run `trefoil migrate` first\n')
  })

  test('one that lacks steps of the app alone is read', async () => {
    const behind = join(cwd, 'behind.db')
    const before = database({ url: behind, migrate: 'start' })
    const first = createApp({
      env: {},
      log: { level: 'silent' },
      parts: [before, auditLog({ keys: KEY, data: before })],
    })
    await first.startup()
    await first.shutdown()
    const data = database({ url: behind, migrations: [{ name: '0001-new', sql: 'select 1' }] })
    const app = named('behind', { parts: [data, auditLog({ keys: KEY, data })] })
    const { io, written } = programIo(cwd)
    expect([await main(['--app', app, 'audit', 'verify'], io), written.err]).toEqual([0, ''])
  })
})

describe('tail --follow', () => {
  const audit = auditLog({ keys: KEY, sink: memoryAudit() })
  const app = named('followed', { parts: [audit] })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends with %s without a word', async (signal, code) => {
    await audit.append('user.invited', { subject: 'ann' })
    const world = programIo(cwd)
    const ended = main(['--app', app, 'audit', 'tail', '--follow', '--lines', '1'], world.io)
    await world.lines(1)
    world.stop(signal)
    expect([await ended, world.written.err]).toEqual([code, ''])
    expect(world.written.out).toMatch(/^\d+ .* user\.invited {2}ann\n$/)
    expect(world.written.err).toBe('')
  })

  test('--timeout is an end like that', async () => {
    const world = programIo(cwd)
    const words = ['--app', app, '--timeout', '200ms', 'audit', 'tail', '--follow', '--lines', '1']
    expect(await main(words, world.io)).toBe(124)
    expect(world.written.err).toBe('')
  })
})

/** Listens first, and then says that it may be interrupted. */
function begun(
  print: (line: string) => void,
  work: (resolve: (result: CommandResult) => void, reject: (error: Error) => void) => void,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    work(resolve, reject)
    print('begun')
  })
}

describe('other commands of parts', () => {
  const app = named('others', {
    parts: [
      definePart({
        name: 'others',
        commands: [
          { name: 'deaf', describe: 'Hears nothing.', run: ({ print }) => begun(print, () => {}) },
          {
            name: 'told',
            describe: 'Ends by itself.',
            run: ({ signal, print }) =>
              begun(print, (resolve) => {
                signal.addEventListener('abort', () => resolve({ text: '3 done', exit: 4 }))
              }),
          },
          {
            name: 'thrown',
            describe: 'Throws what it is told.',
            run: ({ signal, print }) =>
              begun(print, (_, reject) => {
                signal.addEventListener('abort', () => reject(new Error('broken off')))
              }),
          },
        ],
      }),
    ],
  })
  const interrupted = async (...argv: readonly string[]) => {
    const world = programIo(cwd)
    const ended = main(['--app', app, ...argv], world.io)
    await world.lines(1)
    world.stop('SIGINT')
    return { exit: await ended, ...world.written }
  }

  test('one that does not hear of it is left, and told of', async () => {
    expect(await interrupted('others', 'deaf')).toEqual({
      exit: 130,
      out: 'begun\n',
      err: expect.stringContaining('Interrupted'),
    })
  })

  test('FND-22: what one did although the end came is its answer', async () => {
    expect(await interrupted('others', 'told')).toEqual({
      exit: 4,
      out: 'begun\n3 done\n',
      err: '',
    })
  })

  test('one that throws then was broken off', async () => {
    expect(await interrupted('others', 'thrown')).toEqual({
      exit: 130,
      out: 'begun\n',
      err: expect.stringContaining('Interrupted'),
    })
  })
})
