// APPR-3, RPC-7, MCP-11, MCP-14: what a message says of its call beside the arguments, and what of the call is told.
import { type ApprovalRequest, content, createApp, HttpError, query, reply } from 'trefoil'
import { AuthContext } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

const CANARY = 'canary-4711'
let ran: unknown[] = []
let asked: ApprovalRequest[] = []

const app = createApp({
  name: 'options',
  mcp: { maxResponseSize: '2kb' },
  log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
  approval: (request) => {
    asked.push(request)
    return request.token === request.argumentsHash
  },
  auth: [
    {
      surfaces: ['mcp'],
      authenticate: ({ bearer }) => (bearer === null ? null : new AuthContext({ subject: bearer })),
    },
  ],
})
app.tool(
  'pay',
  { description: 'Pays.', needsApproval: true, params: { sum: query(z.int()) } },
  (args) => {
    ran.push(args)
    return 'paid'
  },
)
app.tool('crash', { description: 'Crashes.' }, () => {
  throw new Error(CANARY)
})
app.tool('teapot', { description: 'Says no.' }, () => {
  throw new HttpError(418, 'No coffee')
})
const sized = { size: query(z.int()) }
app.tool('large', { description: 'Large.', params: sized }, ({ size }) => 'x'.repeat(size))
app.resource('large://{size}', { name: 'large', params: { size: z.int() } }, ({ size }) =>
  'x'.repeat(size),
)
app.resource('escaped://{size}', { name: 'escaped', params: { size: z.int() } }, ({ size }) =>
  '\u0001'.repeat(size),
)
app.resource('pair://{size}', { name: 'pair', params: { size: z.int() } }, ({ size }) =>
  reply('a', { content: [content.embed('pair://b', 'x'.repeat(size), 'text/plain')] }),
)
app.resource(
  'bytes://{size}',
  { name: 'bytes', params: { size: z.int() } },
  ({ size }) => new Uint8Array(size),
)

beforeEach(() => {
  ran = []
  asked = []
})

describe.each(['modern', 'legacy'] as const)('%s', (era) => {
  const client = testClient(app, { era })
  const { mcp } = client
  const pay = (meta: object, sum = 5) =>
    mcp.callTool('pay', { sum }, { token: 'ann', meta } as never)

  it('APPR-3: a token in _meta is of the arguments that it was given for', async () => {
    const { response } = await pay({})
    const [hash] = /sha256:[0-9a-f]{64}/.exec(response.text) ?? []
    expect([asked, ran]).toEqual([[], []])
    for (const name of ['approval_token', 'approvalToken']) {
      await pay({ [name]: hash }, 6)
      expect([asked.at(-1)?.token, ran]).toEqual([hash, []])
    }
    await pay({ approval_token: hash })
    expect(ran).toEqual([{ sum: 5 }])
  })

  it.each(['', ' ', 7, true, {}, ['x']])('MCP-11: %j is no token', async (approval_token) => {
    expect((await pay({ approval_token })).error?.code).toBe(-32602)
    expect([asked, ran]).toEqual([[], []])
  })

  it.each([
    { dryRun: true },
    { dry_run: true },
    { dryRun: false, dry_run: true },
    { dryRun: true, dry_run: false },
  ])('RPC-7: %j runs nothing', async (meta) => {
    const { response } = await pay(meta)
    expect(response.text).toContain('dry_run')
    expect([asked, ran]).toEqual([[], []])
  })

  it.each([1, 'true', null, {}])('RPC-7: a dry run of %j is refused', async (dryRun) => {
    expect((await pay({ dryRun })).error?.code).toBe(-32602)
    expect([asked, ran]).toEqual([[], []])
  })

  it('MCP-14: an answer is as large as one may be, and no larger', async () => {
    const size = async (bytes: number) => {
      const { response } = await mcp.callTool('large', { size: bytes }, { token: 'ann' })
      return response.text.includes('xxx')
    }
    expect([await size(2048), await size(2049)]).toEqual([true, false])
  })

  it.each<[string, string, (size: number) => object]>([
    ['a text', 'large', (size) => ({ mimeType: 'text/plain', text: 'x'.repeat(size) })],
    [
      'a text that is escaped',
      'escaped',
      (size) => ({ mimeType: 'text/plain', text: '\u0001'.repeat(size) }),
    ],
    [
      'bytes, in base64',
      'bytes',
      (size) => ({
        mimeType: 'application/octet-stream',
        blob: Buffer.alloc(size).toString('base64'),
      }),
    ],
  ])('MCP-14: a resource is counted as it is sent: %s', async (_, name, contentOf) => {
    // JSON, with its URI, its type and every escape.
    const documentOf = (size: number) => ({ uri: `${name}://${size}`, ...contentOf(size) })
    const bytesOf = (size: number) => JSON.stringify(documentOf(size)).length
    let most = 1
    while (bytesOf(most + 1) <= 2048) most++
    if (name === 'large') expect(bytesOf(most)).toBe(2048)
    const read = (size: number) => mcp.readResource(`${name}://${size}`, { token: 'ann' })
    expect((await read(most)).result).toMatchObject({ contents: [documentOf(most)] })
    const { result, response } = await read(most + 1)
    expect(result).toBeNull()
    expect(response.text).toContain('response_too_large')
  })

  it('MCP-14: what is embedded beside a resource is counted with it', async () => {
    const documentsOf = (size: number) => [
      { uri: `pair://${size}`, mimeType: 'text/plain', text: 'a' },
      { uri: 'pair://b', mimeType: 'text/plain', text: 'x'.repeat(size) },
    ]
    const [own, other] = documentsOf(1000)
    const around = JSON.stringify(own).length + JSON.stringify(other).length - 1000
    const most = 2048 - around
    const read = (size: number) => mcp.readResource(`pair://${size}`, { token: 'ann' })
    expect((await read(most)).result).toMatchObject({ contents: documentsOf(most) })
    const { result, response } = await read(most + 1)
    expect(result).toBeNull()
    expect(response.text).toContain('response_too_large')
  })

  it('a crash shows nothing of itself, and what was meant for the caller is told', async () => {
    const crash = await mcp.callTool('crash', {}, { token: 'ann' })
    expect(crash.result).toMatchObject({ isError: true })
    expect(crash.response.text).not.toContain(CANARY)
    expect((await mcp.callTool('teapot', {}, { token: 'ann' })).response.text).toContain(
      'No coffee',
    )
  })

  it('FND-36: of a stranger no tool has failed', async () => {
    const { status, result, response } = await mcp.callTool('pay', { sum: 5 })
    expect([status, result]).toEqual([401, null])
    expect(response.text).not.toContain('jsonrpc')
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    '',
  ])('MCP-3: a body of the type %j, as a page sends it, runs nothing', async (type) => {
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'large', arguments: { size: 3 } },
    })
    const headers = { authorization: 'Bearer ann', ...(type !== '' && { 'content-type': type }) }
    const bytes = new TextEncoder().encode(body)
    const answer = await app.fetch(
      new Request('http://127.0.0.1/mcp', { method: 'POST', headers, body: bytes }),
    )
    expect(answer.status).toBe(415)
    expect(await answer.text()).not.toContain('xxx')
  })
})
