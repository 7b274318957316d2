// FND-48: the store of remotes is refused when others can write it, rights of a folder that was there
// before are left alone, and nothing of a remote's text is shown that a reader cannot see.
import { once } from 'node:events'
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Program } from './program.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'trefoil-fnd-48-'))
})
afterEach(() => rm(home, { recursive: true }))

const run = (...argv: readonly string[]) => new Program(argv, { env: { TREFOIL_HOME: home } }).ended

describe.skipIf(process.platform === 'win32')('the store of remotes', () => {
  test('in a folder that was there leaves its rights as they are', async () => {
    await chmod(home, 0o750)
    expect(await run('connect', 'prod', 'https://api.example.com')).toMatchObject({ code: 0 })
    expect((await stat(home)).mode & 0o777).toBe(0o750)
    expect((await stat(join(home, 'remotes.json'))).mode & 0o777).toBe(0o600)
  })

  test('that others can write is refused', async () => {
    await writeFile(join(home, 'remotes.json'), '{"remotes":{}}')
    await chmod(join(home, 'remotes.json'), 0o666)
    const { code, err } = await run('remotes', 'list')
    expect(code).toBe(2)
    expect(err).toMatch(/^error: .*remotes\.json can be written by others.*\n {2}fix: .*chmod go-w/)
  })
})

test('what nobody sees in a text of a remote is shown', async () => {
  const hidden =
    '\u200b\u00ad\u3164\ufe0f\u{e0070}\u{e0077}\u{e006e}\u202e\u2028\u009b31m\u001b]0;x\u0007'
  const text = `Ship${hidden} it`
  const action = {
    name: 'ship',
    description: text,
    needs_approval: false,
    input_schema: { type: 'object', properties: { id: { type: 'string', description: text } } },
  }
  const server = createServer((request, response) => {
    const manifest = { protocol: 'trefoil-actions.v1', actions: [action] }
    const refusal = { ok: false, status_code: 409, error: { code: 'x', message: text, fix: text } }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(request.method === 'GET' ? manifest : refusal))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await writeFile(
    join(home, 'remotes.json'),
    JSON.stringify({ remotes: { prod: { url, token: null } } }),
    { mode: 0o600 },
  )
  const shown = await Promise.all([
    run('actions', 'list', 'prod'),
    run('actions', 'describe', 'prod', 'ship'),
    run('--json', 'actions', 'describe', 'prod', 'ship'),
    run('call', 'prod', 'ship'),
  ])
  server.close()
  for (const { out, err } of shown) {
    expect(out + err).toContain('Ship\\u200b\\u00ad\\u3164\\ufe0f\\udb40\\udc70')
    expect(out + err).not.toMatch(/[^\n\x20-\x7e]/)
  }
})
