// FND-47: a remote that answers with a hostile manifest hangs nobody: whatever comes in has been
// measured at the door, and every walker over schemas has a budget of its own.
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { limitsLabel, typeLabel } from '../../packages/trefoil/src/describe/pages/type-label.ts'
import { exampleOf } from '../../packages/trefoil/src/describe/schema/example.ts'
import { main } from '../../packages/trefoil/src/program/main.ts'
import { Program } from '../findings/program.ts'
import { HOSTILE_MANIFESTS, HOSTILE_SCHEMAS } from './hostile-manifests.ts'

let server: Server
let home: string
let manifest = ''
let answer = ''

beforeAll(async () => {
  server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(request.method === 'GET' ? manifest : answer)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  home = await mkdtemp(join(tmpdir(), 'trefoil-hostile-'))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const remotes = { evil: { url, token: 'secret' } }
  await writeFile(join(home, 'remotes.json'), JSON.stringify({ remotes }), { mode: 0o600 })
})
afterAll(async () => {
  server.close()
  await rm(home, { recursive: true })
})

const COMMANDS: readonly (readonly string[])[] = [
  ['actions', 'list', 'evil'],
  ['actions', 'search', 'evil', 'act'],
  ['actions', 'describe', 'evil', 'act'],
  ['--json', 'actions', 'describe', 'evil', 'act'],
  ['call', 'evil', 'act', '--x', '[1]'],
  ['call', 'evil', 'act', '--arg', '__proto__=1', '--nope', '1'],
  ['login', 'evil', '--token', 'other'],
]

/** The program within this process: starting one for each of two hundred runs takes too long. */
async function run(argv: readonly string[]) {
  let shown = ''
  const output = {
    isTerminal: true,
    write: (text: string) => {
      shown += text
    },
  }
  const unexpected = () => {
    throw new Error('not for a remote')
  }
  const exit = await main(['--timeout', '10s', ...argv], {
    stdout: output,
    stderr: output,
    stdin: (async function* () {})(),
    askSecret: null,
    askLine: null,
    env: { TREFOIL_HOME: home, TREFOIL_ENV: 'development' },
    cwd: home,
    home,
    serve: unexpected,
    startChild: unexpected,
    workers: { parallelism: 1, announce: null, prepare: unexpected, onReload: unexpected },
    watch: unexpected,
    onStop: () => () => undefined,
    divertOutput: unexpected,
  })
  return { exit, shown }
}

describe.each(Object.entries(HOSTILE_MANIFESTS))('%s', (_name, text) => {
  test('every command ends, with a clear message and nothing a terminal obeys', async () => {
    manifest = text
    answer = JSON.stringify({ ok: true, status_code: 200, body: 'done' })
    for (const argv of COMMANDS) {
      const { exit, shown } = await run(argv)
      // Never "Command failed": nothing here was unexpected.
      expect(shown, argv.join(' ')).not.toContain('Command failed')
      expect([0, 1, 2]).toContain(exit)
      if (exit !== 0) expect(shown).toMatch(/^error: [A-Z-]|^\{"ok":false/)
      expect(/[^\n\t\x20-\x7e…]/.test(shown), argv.join(' ')).toBe(false)
      expect(shown.length).toBeLessThan(20_000_000)
    }
  })
})

describe('what is beyond the budget is told as that', () => {
  test.each([
    ['deeper than anything', /nested deeper than \d+ levels/],
    ['wider than anything', /more than \d+ values/],
    ['a text of a megabyte', /a text of more than \d+ characters/],
    ['a reference of a megabyte', /a reference of more than \d+ characters/],
    ['a name of a megabyte', /a name of more than \d+ characters/],
    ['ten thousand actions', /more than \d+ actions/],
    ['objects that close', /nested deeper than \d+ levels/],
  ])('%s', async (name, words) => {
    manifest = HOSTILE_MANIFESTS[name] ?? ''
    const { exit, shown } = await run(['actions', 'list', 'evil'])
    expect(exit).toBe(1)
    expect(shown).toMatch(words)
  })
})

describe('hostile answers', () => {
  test.each([
    ['deep', `{"ok":true,"status_code":200,"body":${'['.repeat(90_000)}${']'.repeat(90_000)}}`],
    ['as deep as is read, and long', deepAndLong()],
    ['a refusal of many issues', manyIssues()],
    ['members that reach prototypes', '{"ok":true,"status_code":200,"body":{"__proto__":{"a":1}}}'],
  ])('%s', async (_name, text) => {
    answer = text
    for (const json of [[], ['--json']]) {
      const { exit, shown } = await run([...json, 'call', 'evil', 'act'])
      expect([0, 1]).toContain(exit)
      expect(shown).not.toContain('Command failed')
    }
  })
})

/** With an indent a hundred times its size. */
function deepAndLong(): string {
  const levels = 96
  const body = '['.repeat(levels) + Array(1_000_000).fill('1').join() + ']'.repeat(levels)
  return `{"ok":true,"status_code":200,"body":${body}}`
}

function manyIssues(): string {
  const issue = { source: 'body', name: 'a', pointer: '/a', message: '\u001b[31m' }
  const error = { code: 'VALIDATION_ERROR', message: 'no', issues: Array(40_000).fill(issue) }
  return JSON.stringify({ ok: false, status_code: 422, error })
}

test('in a process of its own, past no --timeout', async () => {
  for (const name of [
    'members named again at every level',
    'wider than anything',
    'unions that fan out',
  ]) {
    manifest = HOSTILE_MANIFESTS[name] ?? ''
    const argv = ['--timeout', '15s', '--json', 'actions', 'describe', 'evil', 'act']
    const { code, out } = await new Program(argv, { env: { TREFOIL_HOME: home } }).ended
    expect([code, (JSON.parse(out) as { ok?: boolean }).ok]).toEqual(
      name === 'wider than anything' ? [1, false] : [0, undefined],
    )
  }
})

describe('the documentation of an own schema', () => {
  // Not deeper than JSON can be written at all; and a pattern that never ends hangs its own app first.
  const left = ['deeper than anything', 'patterns that never end']
  const small = Object.entries(HOSTILE_SCHEMAS).filter(([name]) => !left.includes(name))
  test.each(small)('%s', (_name, schema) => {
    const document = schema as Readonly<Record<string, unknown>>
    expect(JSON.stringify(exampleOf(document)).length).toBeLessThan(3_000_000)
    expect(typeof (typeLabel(document) + limitsLabel(document))).toBe('string')
  })
})
