import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AuthContext } from '../contract/auth/auth-context.ts'
import { createApp } from '../index.ts'
import { testClient } from './test-client.ts'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

/** Tokens name their owner; `Bearer bad` is refused like any unknown credential. */
function shop() {
  const app = createApp({
    log: { logger: SILENT },
    auth: [
      {
        surfaces: ['api', 'mcp', 'cli'],
        authenticate: ({ bearer }) =>
          bearer === null || bearer === 'bad' ? null : new AuthContext({ subject: bearer }),
      },
    ],
    approval: ({ token }) => token === 'yes',
  })
  app.action(
    'add',
    {
      description: 'Adds.',
      tool: true,
      cli: true,
      params: { a: z.number(), b: z.number() },
      returns: z.object({ sum: z.number(), by: z.string(), from: z.string(), way: z.string() }),
    },
    ({ a, b }, call) => ({
      sum: a + b,
      by: call.auth.subject,
      from: call.source,
      way: call.entrypoint,
    }),
  )
  app.action(
    'pay',
    { description: 'Pays.', tool: true, cli: true, needsApproval: true, params: {} },
    () => 'paid',
  )
  return app
}

describe('the MCP endpoint (TEST-5)', () => {
  const client = testClient(shop())
  const { mcp } = client
  const token = 'ada'

  it('answers the handshake of the old era and the discovery of the new one', async () => {
    const hello = await mcp.initialize({ token })
    expect(hello.result).toMatchObject({ protocolVersion: '2025-11-25' })
    const old = await mcp.initialize({ token, protocolVersion: '2025-06-18' })
    expect(old.result).toMatchObject({ protocolVersion: '2025-06-18' })
    const found = await mcp.discover({ token })
    expect(found.result?.['supportedVersions']).toContain('2026-07-28')
  })

  it.each(['modern', 'legacy'] as const)('lists and calls tools in the %s era', async (era) => {
    const list = await mcp.listTools({ token, era })
    expect(list.result).toMatchObject({ tools: [{ name: 'add' }, { name: 'pay' }] })
    expect('resultType' in (list.result ?? {})).toBe(era === 'modern')
    const added = await mcp.callTool('add', { a: 1, b: 2 }, { token, era })
    expect([added.status, added.isSuccess]).toEqual([200, true])
    expect(added.structuredContent).toEqual({ sum: 3, by: 'ada', from: 'mcp', way: 'server' })
    expect(JSON.parse(added.text)).toEqual(added.structuredContent)
  })

  it('takes its era from the client, too', async () => {
    const legacy = await testClient(shop(), { era: 'legacy' }).mcp.listTools({ token })
    expect(legacy.result).not.toHaveProperty('resultType')
  })

  it('shows failures as they are: tool problems, JSON-RPC errors, HTTP refusals', async () => {
    const wrong = await mcp.callTool('add', { a: '1' }, { token })
    expect([wrong.isSuccess, wrong.error]).toEqual([false, null])
    expect(wrong.problem).toMatchObject({ code: 'VALIDATION_ERROR' })
    const unknown = await mcp.callTool('nope', {}, { token })
    expect([unknown.error?.code, unknown.result, unknown.problem]).toEqual([-32602, null, null])
    const stranger = await mcp.callTool('add', { a: 1, b: 2 })
    expect([stranger.status, stranger.isSuccess, stranger.error]).toEqual([401, false, null])
    const page = await mcp.listTools({ token, origin: 'https://evil.test' })
    expect(page.status).toBe(403)
  })

  it('sends approval, dry runs and metadata in `_meta`', async () => {
    expect((await mcp.callTool('pay', {}, { token })).problem).toMatchObject({
      code: 'approval_required',
    })
    expect((await mcp.callTool('pay', {}, { token, approvalToken: 'yes' })).text).toBe('paid')
    const dry = await mcp.callTool('pay', {}, { token, dryRun: true })
    expect(JSON.parse(dry.text)).toMatchObject({ dry_run: true, action: 'pay', subject: 'ada' })
    const meta = await mcp.callTool('pay', {}, { token, meta: { approvalToken: 'yes' } })
    expect(meta.text).toBe('paid')
  })

  it('writes tool names a header cannot carry the way the revision says', async () => {
    // A header that does not match the body would be refused before the tool is looked for.
    for (const name of ['größe', ' add', '=?x', 'a b']) {
      const { error } = await mcp.callTool(name, {}, { token })
      expect(error).toMatchObject({ code: -32602, data: { problem: 'mcp_unknown_tool' } })
    }
  })

  it('sends any message with the headers of the test and no others', async () => {
    const headers = { authorization: 'Bearer ada' }
    const ping = { jsonrpc: '2.0', id: 7, method: 'ping' }
    expect((await mcp.request(ping, headers)).message).toEqual({
      jsonrpc: '2.0',
      id: 7,
      result: {},
    })
    const newer = { ...headers, 'mcp-protocol-version': '2025-11-25' }
    expect((await mcp.request([ping], newer)).error?.code).toBe(-32600)
    const modern = { ...headers, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' }
    const named = await mcp.request({ ...ping, method: 'tools/list' }, modern)
    expect(named.error).not.toBeNull()
    const note = { jsonrpc: '2.0', method: 'notifications/initialized' }
    expect([
      (await mcp.request(note, headers)).status,
      (await mcp.request(note, headers)).message,
    ]).toEqual([202, null])
  })
})

describe('the CLI surface (TEST-5, W-21)', () => {
  const { cli } = testClient(shop())
  const token = 'ada'

  it.each([
    ['over the endpoints', false, 'server'],
    ['in this process', true, 'local'],
  ] as const)('%s', async (_, local, way) => {
    const manifest = await cli.manifest({ token, local })
    expect('actions' in manifest && manifest.actions.map(({ name }) => name)).toEqual([
      'add',
      'pay',
    ])
    expect(await cli.call('add', { a: 1, b: 2 }, { token, local })).toEqual({
      ok: true,
      status_code: 200,
      body: { sum: 3, by: 'ada', from: 'cli', way },
    })
    expect(await cli.call('add', {}, { token, local })).toMatchObject({
      ok: false,
      error: { code: 'VALIDATION_ERROR' },
    })
    expect(await cli.call('pay', {}, { token, local })).toMatchObject({
      error: { code: 'approval_required' },
    })
    expect(await cli.call('pay', {}, { token, local, approvalToken: 'yes' })).toMatchObject({
      body: 'paid',
    })
    expect(await cli.call('pay', {}, { token, local, dryRun: true })).toMatchObject({
      dry_run: true,
      entrypoint: way,
    })
    for (const answer of [await cli.manifest({ local }), await cli.call('pay', {}, { local })]) {
      expect(answer).toMatchObject({ ok: false, status_code: 401 })
    }
  })

  it('takes the headers of the client along, also locally', async () => {
    const known = testClient(shop(), { headers: { Authorization: 'Bearer bob' } })
    for (const local of [true, false]) {
      const answer = await known.cli.call('add', { a: 1, b: 1 }, { local })
      expect(answer).toMatchObject({ body: { by: 'bob' } })
      const own = await known.cli.call('add', { a: 1, b: 1 }, { local, token: 'eve' })
      expect(own).toMatchObject({ body: { by: 'eve' } })
    }
  })

  it('an answer that is not of the protocol is an error, not a result', async () => {
    const app = createApp({ log: { logger: SILENT } })
    app.get('/', {}, () => 'no actions here')
    const answer = testClient(app).cli.call('add')
    await expect(answer).resolves.toMatchObject({ ok: false, error: { code: 'not_found' } })
    const text = testClient(app, { headers: { accept: 'text/plain' } })
    await expect(text.cli.manifest()).rejects.toThrow('The answer (404) is not JSON')
  })
})
