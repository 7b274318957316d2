// docs/guides/complete-example.md from outside: its file in a process of its own, called with plain HTTP,
// an official MCP client, and the program, here and from afar.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Complete, JWT_SECRET, startComplete, writeComplete } from './complete-example.ts'
import { ROOT } from './markdown.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const PROGRAM = join(ROOT, 'packages', 'trefoil', 'bin', 'trefoil.js')
const CALLERS = ['nobody', 'viewer', 'admin'] as const
type Caller = (typeof CALLERS)[number]
const DENIED = 'Requires any of roles [admin], but client has [viewer]'

let folder = ''
let server: Complete
const tokens: Partial<Record<Caller, string>> = {}
const home = mkdtempSync(join(tmpdir(), 'trefoil-complete-'))

async function tokenOf(client_id: string, client_secret: string): Promise<string> {
  const { status, text } = await http('POST', '/auth/token', 'nobody', { client_id, client_secret })
  expect(status, text).toBe(200)
  return JSON.parse(text).access_token
}

beforeAll(async () => {
  folder = writeComplete()
  server = await startComplete(folder)
  tokens.viewer = await tokenOf('agent-viewer', 'v1ewer')
  tokens.admin = await tokenOf('agent-admin', 's3cret')
})

afterAll(() => {
  server?.child.kill('SIGKILL')
  for (const path of [folder, home]) rmSync(path, { recursive: true, force: true })
})

const bearer = (as: Caller): Record<string, string> =>
  tokens[as] === undefined ? {} : { authorization: `Bearer ${tokens[as]}` }

async function http(method: string, path: string, as: Caller, json?: object) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { ...bearer(as), ...(json && { 'content-type': 'application/json' }) },
    ...(json && { body: JSON.stringify(json) }),
  })
  return { status: response.status, text: await response.text(), headers: response.headers }
}

async function mcpClient(as: Caller): Promise<Client> {
  const client = new Client({ name: 'a', version: '1.0.0' })
  const url = new URL(`${server.url}/mcp`)
  await client.connect(
    new StreamableHTTPClientTransport(url, { requestInit: { headers: bearer(as) } }),
  )
  return client
}

/** Runs the program in the folder of the app. */
function run(args: readonly string[], as: Caller = 'nobody') {
  const token = tokens[as]
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      TREFOIL_HOME: home,
      JWT_SECRET,
      TREFOIL_ENV: 'development',
      ...(token === undefined ? {} : { TREFOIL_TOKEN: token }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
    })
  }
  return new Promise<{ code: number | null; text: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, text }))
  })
}

const audit = (as: string, item: string) => `AUDIT: DELETE by ${as} on ${item}`

async function audited(line: string): Promise<void> {
  await vi.waitFor(() => expect(server.printed()).toContain(line), { timeout: 5_000, interval: 10 })
}

describe('the complete example', () => {
  test('over HTTP: who may do what', async () => {
    const seen: Record<string, readonly number[]> = {}
    for (const as of CALLERS) {
      const answers = [
        await http('GET', '/ping', as),
        await http('GET', '/items', as),
        await http('DELETE', '/items/over-http', as),
      ]
      seen[as] = answers.map(({ status }) => status)
    }
    expect(seen).toEqual({
      nobody: [200, 401, 401],
      viewer: [200, 200, 403],
      admin: [200, 200, 200],
    })
    await audited(audit('agent-admin', 'over-http'))
    // One line: what was refused is not in the audit.
    expect(server.printed().match(/AUDIT:.*over-http/g)).toHaveLength(1)
  })

  test('with an official MCP client: who may do what', async () => {
    for (const as of ['viewer', 'admin'] as const) {
      const client = await mcpClient(as)
      const call = async (name: string, args = {}) => {
        const { content, isError } = await client.callTool({ name, arguments: args })
        return [isError ?? false, JSON.stringify(content)] as const
      }
      expect(await call('ping')).toEqual([false, expect.stringContaining('pong')])
      expect(await call('list_items')).toEqual([false, expect.stringContaining('item-2')])
      const [failed, text] = await call('delete_item', { item_id: `mcp-${as}` })
      expect(failed).toBe(as === 'viewer')
      expect(text).toContain(as === 'viewer' ? DENIED : 'deleted')
      await client.close()
    }
    await audited(audit('agent-admin', 'mcp-admin'))
    expect(server.printed()).not.toContain('mcp-viewer')
  })

  test('with an official MCP client, a stranger: nothing of roles, and no list; what is public can be called', async () => {
    // The client begins with `initialize`, and who is not known may not look (docs/auth.md).
    const refused = await mcpClient('nobody').then(() => 'connected', String)
    expect(refused).toContain('AUTHENTICATION_ERROR')
    const call = (name: string, args = {}) => {
      const params = { name, arguments: args }
      return http('POST', '/mcp', 'nobody', { jsonrpc: '2.0', id: 1, method: 'tools/call', params })
    }
    expect(await call('ping')).toMatchObject({
      status: 200,
      text: expect.stringContaining('pong'),
    })
    const denied = await call('delete_item', { item_id: 'of-a-stranger' })
    expect(denied.status).toBe(401)
    expect(denied.text).not.toContain('admin')
    expect(server.printed()).not.toContain('of-a-stranger')
  })

  test('with the program, from afar and in its own process: who may do what', async () => {
    expect(await run(['connect', 'hr', server.url])).toMatchObject({ code: 0 })
    const remove = ['delete_item', '--item-id']
    const [far, denied, here, deniedHere, stranger] = await Promise.all([
      run(['call', '--token', tokens.admin ?? '', 'hr', ...remove, 'from-afar']),
      run(['call', '--token', tokens.viewer ?? '', 'hr', ...remove, 'not-deleted']),
      run(['call', ...remove, 'in-process'], 'admin'),
      run(['call', ...remove, 'not-deleted'], 'viewer'),
      run(['call', 'hr', 'list_items']),
    ])
    expect(far).toMatchObject({ code: 0, text: expect.stringContaining('"deleted": "from-afar"') })
    await audited(audit('agent-admin', 'from-afar'))
    // The background work of a call in this process ends before the program does.
    expect(here.text).toContain('"deleted": "in-process"')
    expect(here.text).toContain(audit('agent-admin', 'in-process'))
    for (const answer of [denied, deniedHere]) {
      expect(answer.code).not.toBe(0)
      expect(answer.text).toContain(DENIED)
    }
    expect(stranger.code).not.toBe(0)
    expect(server.printed()).not.toContain('not-deleted')
  })

  test('the endpoint for tokens is of development alone', async () => {
    const other = await startComplete(folder, {})
    try {
      const body = JSON.stringify({ client_id: 'agent-admin', client_secret: 's3cret' })
      const headers = { 'content-type': 'application/json' }
      const ask = await fetch(`${other.url}/auth/token`, { method: 'POST', headers, body })
      expect(ask.status).toBe(404)
      expect((await fetch(`${other.url}/ping`)).status).toBe(200)
    } finally {
      other.child.kill('SIGKILL')
    }
  })
})
