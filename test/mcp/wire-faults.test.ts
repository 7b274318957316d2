// What a client, or a gateway between it and the server, is told of a message that contradicts itself.
import { createApp } from 'trefoil'
import { AuthContext, type AuthRequest, refusal } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'

const VERSION = 'io.modelcontextprotocol/protocolVersion'
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'
const log = { logger: { debug() {}, info() {}, warn() {}, error() {} } }

function open() {
  const calls: string[] = []
  const app = createApp({ name: 'wire', log, publicSurfaces: ['mcp'] })
  app.tool('who', { description: 'Says who.' }, () => {
    calls.push('who')
    return 'me'
  })
  return { calls, mcp: testClient(app).mcp }
}

const message = (method: string, params: object, version: string) => ({
  jsonrpc: '2.0',
  id: 1,
  method,
  params: { ...params, _meta: { [VERSION]: version, [CAPABILITIES]: {} } },
})
const headers = (version: string, method = 'tools/call', name = 'who') => ({
  'mcp-protocol-version': version,
  'mcp-method': method,
  ...(method === 'tools/call' ? { 'mcp-name': name } : {}),
})
const CALL = { name: 'who', arguments: {} }

describe('SEP-2575: the version that stands in two places', () => {
  it.each([
    ['v999.0.0', '2026-07-28'],
    ['2026-07-28', 'v999.0.0'],
    ['2025-11-25', '2026-07-28'],
    ['', '2026-07-28'],
  ])(
    '%s in the body and %s in the header contradict each other before either is judged',
    async (body, header) => {
      const { calls, mcp } = open()
      const answer = await mcp.request(message('tools/call', CALL, body), headers(header))
      expect([answer.response.status, answer.error?.code]).toEqual([400, -32020])
      expect(calls).toEqual([])
    },
  )

  it('MCP-8 one that both name and nobody serves is told with versions that a message may name', async () => {
    const { mcp } = open()
    const unknown = await mcp.request(message('tools/call', CALL, 'v999.0.0'), headers('v999.0.0'))
    expect([unknown.response.status, unknown.error?.code]).toEqual([400, -32022])
    expect(unknown.error?.data).toMatchObject({ supported: ['2026-07-28'], requested: 'v999.0.0' })
    // What is served only after a handshake is no choice for a message that names its version itself.
    const older = await mcp.request(
      message('tools/call', CALL, '2025-11-25'),
      headers('2025-11-25'),
    )
    expect(older.error?.data).toMatchObject({ supported: ['2026-07-28'], requested: '2025-11-25' })
  })
})

describe('members of an envelope that only an answer to a question has', () => {
  const shapes = [
    { inputResponses: 7 },
    { inputResponses: 'yes' },
    { inputResponses: [] },
    { requestState: 7 },
    { requestState: {} },
    { requestState: 'garbage' },
    { requestState: '' },
    { inputResponses: {}, requestState: 'garbage' },
  ]
  it.each(shapes)('%j is no answer to anything, and runs nothing', async (extra) => {
    const { calls, mcp } = open()
    const answer = await mcp.request(
      message('tools/call', { ...CALL, ...extra }, '2026-07-28'),
      headers('2026-07-28'),
    )
    expect(answer.error?.code).toBe(-32602)
    expect(calls).toEqual([])
  })

  it.each([
    { inputResponses: null },
    { requestState: null },
    { inputResponses: {} },
    { inputResponses: { other: { action: 'accept' } } },
  ])('%j passes: nothing was asked (FND-46)', async (extra) => {
    const { calls, mcp } = open()
    const answer = await mcp.request(
      message('tools/call', { ...CALL, ...extra }, '2026-07-28'),
      headers('2026-07-28'),
    )
    expect(answer.error).toBeNull()
    expect(calls).toEqual(['who'])
  })
})

describe('MCP-8: revisions that were made for another transport', () => {
  it.each(['2024-11-05', '2024-10-07'])('%s is not offered over HTTP', async (version) => {
    const { mcp } = open()
    const hello = await mcp.initialize({ protocolVersion: version })
    expect(hello.result?.['protocolVersion']).toBe('2025-11-25')
    const call = await mcp.callTool('who', {}, { era: 'legacy', protocolVersion: version })
    expect([call.response.status, call.error?.code]).toEqual([400, -32022])
    const found = await mcp.discover()
    expect(found.result?.['supportedVersions']).toEqual([
      '2026-07-28',
      '2025-11-25',
      '2025-06-18',
      '2025-03-26',
    ])
  })
})

it('RFC 6750 §3.1: who sent no credential is given no error code', async () => {
  const app = createApp({
    name: 'wire',
    log,
    auth: [
      {
        surfaces: ['mcp'],
        authenticate: ({ bearer }: AuthRequest) =>
          bearer === 'good'
            ? new AuthContext({ subject: 'ann' })
            : bearer
              ? refusal('expired')
              : null,
      },
    ],
  })
  app.tool('who', { description: 'Says who.' }, () => 'me')
  const { mcp } = testClient(app)
  const stranger = (await mcp.callTool('who')).response
  expect(stranger.status).toBe(401)
  expect(Object.keys(stranger.json())).not.toContain('error')
  const expired = (await mcp.callTool('who', {}, { token: 'old' })).response
  expect(expired.json()).toMatchObject({ error: 'invalid_token' })
})
