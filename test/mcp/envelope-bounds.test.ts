// ABIND-12, HTTP-6, MCP-5: a message is held to the bounds of a body, with room for the two levels that stand around arguments.
import { createApp, query } from 'trefoil'
import { testClient } from 'trefoil/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

const log = { logger: { debug() {}, info() {}, warn() {}, error() {} } }
const DEPTH = 6
const MEMBERS = 8
const BODY = 2_048

let calls = 0
const app = createApp({
  name: 'bounds',
  log,
  publicSurfaces: ['mcp'],
  limits: { jsonDepth: DEPTH, jsonMembers: MEMBERS, body: '2kb' },
})
const params = { x: query(z.any(), { jsonSchema: {} }) }
app.tool('take', { description: 'Takes anything.', params }, () => {
  calls++
  return 'taken'
})
const { mcp } = testClient(app)

beforeEach(() => {
  calls = 0
})

async function send(x: unknown) {
  const args = { x }
  const params = { name: 'take', arguments: args }
  const { response, error } = await mcp.request({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params,
  })
  return { status: response.status, code: error?.code, calls }
}

/** As many lists, one in the other. */
const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])

describe('a message', () => {
  it('has arguments as deep as a body may be, and no deeper', async () => {
    // The arguments themselves are the first level.
    expect(await send(nested(DEPTH - 1))).toEqual({ status: 200, code: undefined, calls: 1 })
    expect(await send(nested(DEPTH))).toEqual({ status: 400, code: -32700, calls: 1 })
  })

  it('has as many members in an object as a body may have, and no more', async () => {
    const wide = (members: number) =>
      Object.fromEntries(Array.from({ length: members }, (_, at) => [`m${at}`, at]))
    expect(await send(wide(MEMBERS))).toEqual({ status: 200, code: undefined, calls: 1 })
    expect(await send(wide(MEMBERS + 1))).toEqual({ status: 400, code: -32700, calls: 1 })
  })

  it('is as large as a body may be, and no larger', async () => {
    expect(await send('x'.repeat(BODY / 2))).toMatchObject({ status: 200, calls: 1 })
    expect(await send('x'.repeat(BODY))).toMatchObject({ status: 413, calls: 1 })
  })

  it('is as large as that where nobody has said how large it is', async () => {
    const post = (length: number) => {
      const params = { name: 'take', arguments: { x: 'x'.repeat(length) } }
      const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
      const body = new Blob([text]).stream()
      const headers = { 'content-type': 'application/json' }
      const init = { method: 'POST', headers, body, duplex: 'half' } as const
      return app.fetch(new Request('http://127.0.0.1/mcp', init))
    }
    expect((await post(BODY / 2)).status).toBe(200)
    expect((await post(BODY)).status).toBe(413)
    expect(calls).toBe(1)
  })

  it.each([[['x']], ['x'], [7], [true]])(
    'MCP-5: has params that are an object, and not %j',
    async (params) => {
      const { response, error } = await mcp.request({
        jsonrpc: '2.0',
        id: 1,
        method: 'ping',
        params,
      })
      expect([response.status, error?.code]).toEqual([400, -32600])
    },
  )
})
