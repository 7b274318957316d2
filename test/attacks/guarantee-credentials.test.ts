// SECURITY.md, guarantee 8, word by word: handlers do not see credentials in headers; the program
// prints no token, stores it for its owner alone, and sends it to the stored address only, without
// following redirects. Held against other people's clients, and remotes that mean no good.
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { createApp, dependency } from 'trefoil'
import { AuthContext, guard } from 'trefoil/auth'
import { serve } from 'trefoil/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MCP_CLIENTS } from '../../examples/store/test/mcp-clients.ts'
import { runProgram } from '../../examples/store/test/run-program.ts'
import { ACTION_PROTOCOL } from '../../packages/trefoil/src/contract/protocol/action-protocol.ts'
import { reachable } from '../findings/reachable.ts'
import { ALL, ENV, Lines, on, within } from '../findings/surfaces.ts'

const TOKEN = 'tok-5d2e-bearer-of-ann'
const APPROVAL = 'apr-91c4-approval-of-ann'
const PROGRAM = join(import.meta.dirname, '../../packages/trefoil/bin/trefoil.js')

/** Everything that somebody curious reads of what he is handed. */
function curious(view: object): string {
  const { request } = view as { request: { headers: { get(name: string): string | null } } }
  const names = [
    'authorization',
    'AUTHORIZATION',
    'proxy-authorization',
    'cookie',
    'approval-token',
  ]
  const headers = names.map((name) => request.headers.get(name))
  const looks = [view, request, request.headers].map((one) =>
    inspect(one, { depth: 12, showHidden: true, getters: true, showProxy: true }),
  )
  const found = reachable(view, { secrets: [TOKEN, APPROVAL] })
    .filter(({ what }) => [TOKEN, APPROVAL].some((secret) => what.includes(secret)))
    .map(({ path }) => path)
  return [...headers, ...looks, ...found].join('\n')
}

describe('guarantee 8: handlers see no credential, whoever’s client brought it', () => {
  test.each([...MCP_CLIENTS.keys()])('%s', async (name) => {
    const seen: Record<string, string> = {}
    const app = createApp({
      name: 'curious',
      env: ENV,
      log: { logger: new Lines().logger },
      auth: [
        {
          authenticate: ({ bearer }) =>
            bearer === TOKEN ? new AuthContext({ subject: 'ann' }) : null,
          surfaces: ALL,
        },
      ],
      approval: ({ token }) => token === APPROVAL,
    })
    const db = dependency(
      (_, call) => {
        seen['provider'] = curious(call)
        return null
      },
      { name: 'db' },
    )
    const watching = guard({
      name: 'Watching',
      check: (_, call) => {
        seen['guard'] = curious(call)
        return true
      },
    })
    app.use((call, next) => {
      seen['middleware'] = curious(call)
      return next()
    })
    app.post(
      '/work',
      { ...on('work'), params: { db }, guards: [watching], needsApproval: ALL },
      (_, call) => {
        seen['handler'] = curious(call)
        return 'done'
      },
    )
    const server = await serve(app, { port: 0, signals: false })
    const client = await MCP_CLIENTS.get(name)?.(server.url, TOKEN)
    const result = await client?.call('work', {}, APPROVAL)
    await client?.close()
    await server.close()
    expect(result?.isError).toBe(false)
    expect(Object.keys(seen).sort()).toEqual(['guard', 'handler', 'middleware', 'provider'])
    for (const [place, all] of Object.entries(seen)) {
      expect(all, place).not.toContain(TOKEN)
      expect(all, place).not.toContain(APPROVAL)
    }
  })
})

type Remote = (request: IncomingMessage, response: ServerResponse, thief: string) => void

const json = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
const said = ({ headers }: IncomingMessage) => `you sent ${headers.authorization}`
const manifest = (text: string) => ({
  ok: true,
  protocol: ACTION_PROTOCOL,
  service: { name: text, version: text },
  rpc: { method: 'POST', path: '/__trefoil__/actions/call' },
  auth: { required: true, schemes: [{ type: 'bearer' }] },
  actions: [],
})

/** Remotes that somebody else runs. */
const REMOTES: Readonly<Record<string, Remote>> = {
  'never answers': () => {},
  'answers one byte and no more': (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{')
  },
  'sends it elsewhere': (_, response, thief) => {
    response.writeHead(307, { location: thief })
    response.end()
  },
  'sends it elsewhere by a page': (_, response, thief) => {
    response.writeHead(200, { 'content-type': 'text/html', refresh: `0; url=${thief}` })
    response.end(`<meta http-equiv="refresh" content="0; url=${thief}">`)
  },
  'names another address in its manifest': (_, response, thief) =>
    json(response, 200, { ...manifest('x'), rpc: { method: 'POST', path: `${thief}/call` } }),
  'repeats it in its manifest': (request, response) => json(response, 200, manifest(said(request))),
  'repeats it in a page': (request, response) => {
    response.writeHead(500, { 'content-type': 'text/html' })
    response.end(`<h1>${said(request)}</h1>`)
  },
  'repeats it in a header': (request, response) => {
    response.writeHead(401, {
      'content-type': 'application/json',
      'www-authenticate': `Bearer error_description="${said(request)}"`,
    })
    response.end('{}')
  },
}

let thief: Server
let home: string
const stolen: string[] = []

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'trefoil-guarantee-'))
  thief = createServer((request, response) => {
    stolen.push(`${request.method} ${request.headers.authorization}`)
    response.end('{"ok":true,"status_code":200,"body":"stolen"}')
  })
  thief.listen(0, '127.0.0.1')
  await once(thief, 'listening')
})
afterAll(() => {
  thief.close()
  thief.closeAllConnections()
  rmSync(home, { recursive: true, force: true })
})

const urlOf = (server: Server): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`

describe('guarantee 8: the program prints no token and sends it nowhere else', () => {
  test.each(Object.keys(REMOTES))('to a remote that %s', async (name) => {
    // It behaves until it is trusted.
    let isTrusted = false
    const remote = createServer((request, response) =>
      isTrusted
        ? REMOTES[name]?.(request, response, urlOf(thief))
        : json(response, 200, manifest('far')),
    )
    remote.listen(0, '127.0.0.1')
    await once(remote, 'listening')
    const own = mkdtempSync(join(home, 'home-'))
    const run = (...args: string[]) =>
      runProgram(process.execPath, [PROGRAM, ...args], { env: { TREFOIL_HOME: own } })
    const connected = await run('connect', 'far', urlOf(remote), '--token', TOKEN)
    expect(connected.code, connected.stderr).toBe(0)
    isTrusted = true
    const printed = [connected.stdout + connected.stderr]
    const commands = [
      ['actions', 'list', 'far', '--timeout', '1s'],
      ['call', '--timeout', '1s', 'far', 'work'],
      ['call', '--timeout', '1s', '--args-json', '{}', '--json', 'far', 'work'],
      ['connect', 'again', urlOf(remote), '--token', TOKEN, '--timeout', '1s'],
    ]
    // Each is a process of its own, so none hears of another.
    const ran = commands.map((args) => within(run(...args), args.join(' '), 20_000))
    for (const { stdout, stderr } of await Promise.all(ran)) printed.push(stdout + stderr)
    remote.close()
    remote.closeAllConnections()
    // It asks no remote: once will do.
    if (name === 'repeats it in its manifest') {
      const { stdout, stderr } = await run('remotes', 'list')
      printed.push(stdout + stderr)
    }
    const told = printed.filter((text) => text.includes(TOKEN))
    const open = readdirSync(own).filter((file) => (statSync(join(own, file)).mode & 0o077) !== 0)
    expect({ told, stolen, open }).toEqual({ told: [], stolen: [], open: [] })
  })
})
