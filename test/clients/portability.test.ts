// What other people's hosts would make of our tool schemas, as the Inspector judges them.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { RunningStore } from '../../examples/store/test/running-store.ts'
import type { Door } from './drivers/driver.ts'
import { inspect } from './drivers/inspector.ts'

// Programs are started here, and the machine may have other things to do.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const STRICT = ['--method', 'tools/list', '--strict']
const Listed = z.object({ result: z.object({ tools: z.array(z.unknown()) }) })
let store: RunningStore
let fixture: ChildProcess
let doors: Readonly<Record<'store' | 'conformance fixture', Door>>

beforeAll(async () => {
  fixture = fork(join(import.meta.dirname, '../conformance/fixture.ts'), { silent: true })
  const [[url], started] = await Promise.all([once(fixture, 'message'), RunningStore.start()])
  store = started
  doors = {
    store: { url: `${store.url}/mcp`, token: store.tokens.admin },
    'conformance fixture': { url: `${String(url)}/mcp`, token: null },
  }
})

afterAll(async () => {
  fixture?.kill('SIGKILL')
  await store?.stop()
})

describe.each(['store', 'conformance fixture'] as const)('the tools of the %s', (name) => {
  // The two eras show results in schemas of their own.
  it.concurrent.each(['legacy', 'modern'])(
    'MCP-10: have no error and no warning of the Inspector, %s',
    async (era) => {
      const { code, stderr, stdout } = await inspect(doors[name], era, STRICT)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(Listed.parse(JSON.parse(stdout)).result.tools.length).toBeGreaterThan(5)
    },
  )
})

it('the Inspector does say it of a schema that some hosts refuse', async () => {
  const server = await badServer()
  try {
    const { port } = server.address() as AddressInfo
    const door = { url: `http://127.0.0.1:${port}/mcp`, token: null }
    const { stderr } = await inspect(door, 'legacy', STRICT)
    expect(stderr).toMatch(/warning/i)
  } finally {
    server.close()
    server.closeAllConnections()
  }
})

/** A server of another kind, whose tool has a list of types. */
async function badServer(): Promise<Server> {
  const inputSchema = { type: 'object', properties: { cursor: { type: ['string', 'null'] } } }
  const results: Readonly<Record<string, unknown>> = {
    initialize: {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: 'bad', version: '1' },
    },
    'tools/list': { tools: [{ name: 'bad', description: 'Bad.', inputSchema }] },
  }
  const Message = z.object({ id: z.unknown().optional(), method: z.string() })
  const server = createServer(async (request, response) => {
    if (request.method !== 'POST') return void response.writeHead(405).end()
    const { id, method } = Message.parse(await json(request))
    if (id === undefined) return void response.writeHead(202).end()
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return server
}
