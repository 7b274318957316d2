// MCP-2, RPC-7: several messages in one request, as clients of 2025-03-26 may send them, and nobody else. Each is a call
// of its own: what one may do, costs and leaves behind is the same as if it had come alone.
import { type CallRecord, createApp, query } from 'trefoil'
import { AuthContext, type AuthRequest, hasScope } from 'trefoil/auth'
import { type TestClient, testClient } from 'trefoil/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

const log = { debug() {}, info() {}, warn() {}, error() {} }
let records: CallRecord[]
let order: string[]
let client: TestClient

beforeEach(() => {
  records = []
  order = []
  const app = createApp({
    name: 'batches',
    approval: () => {
      throw new Error('nobody agrees')
    },
    log: { logger: log, onCall: (record) => void records.push(record) },
    auth: [
      {
        surfaces: ['mcp'],
        authenticate: ({ bearer }: AuthRequest) =>
          bearer === null ? null : new AuthContext({ subject: bearer, scopes: ['read'] }),
      },
    ],
  })
  app.tool('echo', { description: 'E.', params: { x: query(z.string()) } }, async ({ x }) => {
    order.push(`begin ${x}`)
    await new Promise((resolve) => setImmediate(resolve))
    order.push(`end ${x}`)
    return x
  })
  app.tool('scarce', { description: 'S.', rate: '2/min' }, () => 'here')
  app.tool('secret', { description: 'S.', guards: [hasScope('write')] }, () => 'never')
  app.tool('open', { description: 'O.', public: true }, () => 'open')
  app.tool('deny', { description: 'D.', needsApproval: true, params: {} }, () => 'never')
  client = testClient(app)
})

const call = (id: unknown, name: string, args: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
})
type Answer = {
  id: unknown
  result?: { content: { text: string }[] }
  error?: { code: number; message: string }
}
async function send(messages: unknown, headers: Record<string, string> = {}) {
  const auth = { authorization: 'Bearer ann', ...headers }
  const { response } = await client.mcp.request(messages, auth)
  const text = new TextDecoder().decode(response.bytes)
  return { response, json: (text === '' ? null : JSON.parse(text)) as Answer[] & Answer }
}

describe('who may send one', () => {
  it.each([
    ['no version', {}],
    ['2025-03-26', { 'mcp-protocol-version': '2025-03-26' }],
  ])('%s', async (_, headers) => {
    const { response, json } = await send(
      [call(1, 'echo', { x: 'a' }), call('b', 'echo', { x: 'b' })],
      headers,
    )
    expect(response.status).toBe(200)
    expect(json.map(({ id }) => id)).toEqual([1, 'b'])
  })

  it.each(['2025-06-18', '2025-11-25', '2026-07-28', '2024-11-05'])('not %s', async (version) => {
    const headers = { 'mcp-protocol-version': version }
    const { response, json } = await send([call(1, 'echo', { x: 'a' })], headers)
    expect([response.status, json.error?.code]).toEqual([400, -32600])
    expect(order).toEqual([])
  })

  it('a modern message among others is held to its own rules', async () => {
    const modern = call(1, 'echo', { x: 'a' })
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const { json } = await send([{ ...modern, params: { ...modern.params, _meta: meta } }])
    expect(json[0]?.error?.code).toBe(-32020)
    expect(order).toEqual([])
  })
})

describe('what is none', () => {
  it.each([
    ['an empty list', []],
    ['51 messages', Array.from({ length: 51 }, (_, id) => call(id, 'open'))],
  ])('%s', async (_, messages) => {
    const { response, json } = await send(messages)
    expect([response.status, json.error?.code]).toEqual([400, -32600])
    expect(records.filter(({ action }) => action !== null)).toEqual([])
  })

  it.each([
    [[]],
    [7],
    [null],
    ['x'],
    [{}],
    [{ jsonrpc: '2.0', id: 1 }],
    [{ jsonrpc: '2.0', id: 1, result: {} }],
  ])('a member %j is refused by itself', async (member) => {
    const { json } = await send([member, call(2, 'open')])
    expect(json[0]?.error?.code).toBe(-32600)
    expect(json[1]?.result?.content[0]?.text).toBe('open')
  })

  it('a handshake has a request to itself', async () => {
    const params = {
      protocolVersion: '2025-03-26',
      capabilities: {},
      clientInfo: { name: 'a', version: '1' },
    }
    const { json } = await send([{ jsonrpc: '2.0', id: 1, method: 'initialize', params }])
    expect(json[0]?.error?.code).toBe(-32600)
  })

  it('as deep as one message may be, and no deeper', async () => {
    const nested = (levels: number): unknown => (levels === 0 ? 'x' : [nested(levels - 1)])
    const { response } = await send([call(1, 'echo', { x: nested(200) })])
    expect(response.status).toBe(400)
  })
})

describe('each is a call of its own', () => {
  it('in order, one after the other', async () => {
    await send([call(1, 'echo', { x: 'a' }), call(2, 'echo', { x: 'b' })])
    expect(order).toEqual(['begin a', 'end a', 'begin b', 'end b'])
  })

  it('PW-40: with a record under its own name, and an id of its own', async () => {
    await send([
      call(1, 'echo', { x: 'a' }),
      call(2, 'nothing'),
      call(3, 'secret'),
      call(4, 'open'),
    ])
    const own = records.filter(({ action }) => action !== null)
    expect(own.map(({ action, outcome, problem }) => [action, outcome, problem])).toEqual([
      ['echo', 'ok', null],
      ['secret', 'refused', 'ACCESS_DENIED'],
      ['open', 'ok', null],
    ])
    expect(new Set(own.map(({ callId }) => callId)).size).toBe(3)
    expect(new Set(own.map(({ requestId }) => requestId)).size).toBe(1)
  })

  it('with rates of its own', async () => {
    const { json } = await send([1, 2, 3].map((id) => call(id, 'scarce')))
    expect(json.map(({ result }) => JSON.stringify(result).includes('here'))).toEqual([
      true,
      true,
      false,
    ])
  })

  it('with an approval of its own', async () => {
    const { json } = await send([call(1, 'deny'), call(2, 'open')])
    expect(JSON.stringify(json[0])).toContain('approval_required')
    expect(JSON.stringify(json[1])).toContain('open')
  })

  it('with guards of its own: a missing scope is told beside what the others answered', async () => {
    const { response, json } = await send([call(1, 'open'), call(2, 'secret')])
    expect(response.status).toBe(200)
    expect(json[0]?.result?.content[0]?.text).toBe('open')
    expect(json[1]).toMatchObject({
      id: 2,
      error: { code: -32600, data: { error: 'insufficient_scope' } },
    })
  })

  it('strangers get the challenge of one who asks once, and what is public all the same', async () => {
    const { response } = await send([call(1, 'echo', { x: 'a' }), call(2, 'secret')], {
      authorization: '',
    })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('Bearer')
    const mixed = await send([call(1, 'echo', { x: 'a' }), call(2, 'open')], { authorization: '' })
    expect(mixed.response.status).toBe(200)
    expect(mixed.json[1]?.result?.content[0]?.text).toBe('open')
    expect(order).toEqual([])
  })

  it('notifications have no answer, and nothing but notifications has none at all', async () => {
    const note = { jsonrpc: '2.0', method: 'notifications/initialized' }
    const { json } = await send([note, call(2, 'open'), note])
    expect(json.map(({ id }) => id)).toEqual([2])
    const { response } = await send([note, note])
    expect([response.status, response.bytes.byteLength]).toEqual([202, 0])
  })
})

it('answers that are together too large end the batch, and nothing more is begun', async () => {
  const app = createApp({
    name: 'batches',
    log: { logger: log },
    publicSurfaces: ['mcp'],
    mcp: { maxResponseSize: '64kb' },
  })
  let ran = 0
  app.tool('large', { description: 'L.' }, () => {
    ran++
    return 'x'.repeat(20_000)
  })
  const { response } = await testClient(app).mcp.request(
    Array.from({ length: 10 }, (_, id) => call(id, 'large')),
  )
  expect(response.status).toBe(200)
  expect(ran).toBeLessThan(5)
  expect(response.json<Answer[]>()).toHaveLength(10)
})

it('what they come to together is counted in bytes, as it is sent', async () => {
  const app = createApp({
    name: 'batches',
    log: { logger: log },
    publicSurfaces: ['mcp'],
    mcp: { maxResponseSize: '64kb' },
  })
  let ran = 0
  app.tool('large', { description: 'L.' }, () => {
    ran++
    return '語'.repeat(10_000)
  })
  const { response } = await testClient(app).mcp.request(
    Array.from({ length: 10 }, (_, id) => call(id, 'large')),
  )
  expect(response.json<Answer[]>()).toHaveLength(10)
  // 30 kB each: once three are there, the limit is passed.
  expect(ran).toBe(3)
})
