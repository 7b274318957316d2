import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { accounts } from '../../packages/trefoil/src/accounts.ts'
import { database } from '../../packages/trefoil/src/database.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { jobQueue } from '../../packages/trefoil/src/jobs.ts'
import { main } from '../../packages/trefoil/src/program/main.ts'
import { programIo } from '../support/program-io.ts'

const KEY = Symbol.for('trefoil.test.command-refusals')

function makeApp() {
  const data = database({ url: ':memory:' })
  const jobs = jobQueue({ data })
  const people = accounts({
    data,
    jobs,
    keys: 'k8Q2s0vJ4dPq7Zt1xW9aLr5uYb3nGm6c',
    mailer: { send: async () => {} },
    usernames: true,
  })
  return createApp({
    name: 'shop',
    env: {},
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
    parts: [data, jobs, people],
  })
}

const REFUSED: readonly (readonly [words: readonly string[], exit: number])[] = [
  [['accounts', 'list', '--limit', 'x'], 2],
  [['accounts', 'show', '--account', 'nobody'], 1],
  [['accounts', 'show'], 2],
  [['accounts', 'create', '--email', 'nobody'], 1],
  [['accounts', 'create', '--email', 'a@example.com', '--username', '-'], 1],
  [['accounts', 'create', '--email', 'a@example.com', '--roles', 'king'], 1],
  [['accounts', 'disable', '--account', 'nobody'], 1],
  [['accounts', 'grant', '--account', 'nobody', '--role', 'king'], 1],
  [['accounts', 'set-tenant', '--account', 'nobody'], 2],
  [['accounts', 'set-tenant', '--account', 'nobody', '--tenant', 'a', '--none'], 2],
  [['accounts', 'sessions', '--account', 'nobody'], 1],
  [['accounts', 'end-sessions', '--account', 'nobody'], 1],
  [['accounts', 'delete', '--account', 'nobody'], 1],
  [['accounts', 'reset-link', '--account', 'nobody'], 1],
  [['accounts', 'attempts'], 2],
  [['accounts', 'attempts', '--identifier', '<>'], 2],
  [['accounts', 'attempts', '--address', '10.0.0.300'], 2],
  [['accounts', 'unlock', '--identifier', '<>'], 2],
  [['jobs', 'list', '--lines', 'many'], 2],
  [['jobs', 'list', '--state', 'lost'], 2],
]

test('CLI-13: what a command refuses has an error, a fix and an exit code, as every other refusal', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-refusals-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const make = `globalThis[Symbol.for('${KEY.description}')]()`
  writeFileSync(join(folder, 'app.mjs'), `export const app = ${make}\n`)
  Reflect.set(globalThis, KEY, makeApp)
  for (const [words, exit] of REFUSED) {
    const { io, written } = programIo(folder)
    const code = await main(['--app', 'app.mjs', ...words], io)
    expect([words, written.out, code]).toEqual([words, '', exit])
    expect(written.err, words.join(' ')).toMatch(/^error: .+\n(?: {2}.*\n)* {2}fix: .+\n$/)
  }
  const { io, written } = programIo(folder)
  expect(await main(['--app', 'app.mjs', 'accounts', 'list', '--limit', 'x', '--json'], io)).toBe(2)
  expect(JSON.parse(written.out)).toMatchObject({ ok: false, error: { code: 'cli_usage' } })
})
