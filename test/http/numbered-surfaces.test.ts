// Numbers of the source specification on MCP, the CLI and who is asked, that no other test cites. Where
// this framework does otherwise, docs/differences.md says so under the number.

import { createApp } from 'trefoil'
import { AuthContext } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Program } from '../findings/program.ts'

const logger = { debug() {}, info() {}, warn() {}, error() {} }

/** Who asked whom, in order. */
const asked: string[] = []
const only =
  (token: string) => (request: { readonly headers: { get(name: string): string | null } }) => {
    asked.push(token)
    const sent = request.headers.get('authorization')
    return sent === `Bearer ${token}` ? new AuthContext({ subject: token }) : null
  }

const app = createApp({
  log: { logger },
  auth: [
    { authenticate: only('for-mcp'), surfaces: ['mcp'] },
    { authenticate: only('for-cli'), surfaces: ['cli'] },
  ],
  browser: { cors: { allowedOrigins: ['https://friend.example'] } },
  approval: ({ token }) => token === 'yes',
})
const description = 'What it does.'
app.tool('zeta', { description }, () => 'z')
app.get('/alpha', { name: 'alpha', description, tool: true, cli: true }, () => 'a')
app.tool('pay', { description, needsApproval: true, params: { amount: z.number() } }, () => 'paid')

const client = testClient(app)
const token = 'for-mcp'

/** One JSON-RPC message of the older revisions, whose `params` are the caller's own. */
const rpc = (method: string, params: object = {}) =>
  client.mcp.request(
    { jsonrpc: '2.0', id: 1, method, params },
    { authorization: `Bearer ${token}`, 'mcp-protocol-version': '2025-11-25' },
  )

describe('MCP', () => {
  it('MCP-7: methods it does not have are -32601', async () => {
    for (const method of ['resources/list', 'prompts/list', 'tools/delete', 'constructor']) {
      expect((await rpc(method)).error?.code, method).toBe(-32601)
    }
    expect((await client.mcp.initialize({ token })).error).toBeNull()
    expect((await client.mcp.listTools({ token })).error).toBeNull()
    expect((await rpc('ping')).message).toEqual({ jsonrpc: '2.0', id: 1, result: {} })
  })

  it('MCP-9: tools are listed in order of registration, all at once', async () => {
    const names = async (params: object) => {
      const { message } = await rpc('tools/list', params)
      const result = message?.['result'] as { readonly tools: readonly { name: string }[] }
      const { tools, ...rest } = result
      expect(rest).not.toHaveProperty('nextCursor')
      return tools.map(({ name }) => name)
    }
    expect(await names({})).toEqual(['zeta', 'alpha', 'pay'])
  })

  it('MCP-13: a missing and a denied approval say code, action and hash', async () => {
    for (const era of ['legacy', 'modern'] as const) {
      const missing = await client.mcp.callTool('pay', { amount: 1 }, { token, era })
      const denied = await client.mcp.callTool(
        'pay',
        { amount: 1 },
        { token, era, approvalToken: 'no' },
      )
      for (const [answer, code] of [
        [missing, 'approval_required'],
        [denied, 'approval_denied'],
      ] as const) {
        const text = JSON.stringify(answer.message)
        expect(text, era).toContain(code)
        expect(text, era).toContain('arguments_hash')
        expect(text, era).toContain('pay')
        expect(answer.isSuccess).toBe(false)
      }
      const paid = await client.mcp.callTool(
        'pay',
        { amount: 1 },
        { token, era, approvalToken: 'yes' },
      )
      expect(paid.isSuccess).toBe(true)
    }
  })

  it('MCP-17: what ends an HTTP answer ends one of MCP: request id, security headers, CORS', async () => {
    const { response } = await client.mcp.listTools({ token, origin: 'https://friend.example' })
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('access-control-allow-origin')).toBe('https://friend.example')
    const refused = await client.mcp.listTools({ origin: 'https://friend.example' })
    expect(refused.response.status).toBe(401)
    expect(refused.response.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/)
    expect(refused.response.headers.get('access-control-allow-origin')).toBe(
      'https://friend.example',
    )
  })
})

describe('who is asked', () => {
  it('AUTH-13: surfaces are independent: the credential of one is none of another', async () => {
    expect((await client.http.get('/alpha')).status).toBe(200)
    expect((await client.mcp.callTool('alpha', {}, { token: 'for-cli' })).response.status).toBe(401)
    expect((await client.mcp.callTool('alpha', {}, { token })).isSuccess).toBe(true)
    expect(await client.cli.call('alpha', {}, { token })).toMatchObject({ status_code: 401 })
    expect(await client.cli.call('alpha', {}, { token: 'for-cli' })).toMatchObject({ ok: true })
  })

  it('AUTH-11: the host and the origin are looked at before anybody is asked', async () => {
    asked.splice(0)
    const strange = testClient(app, { host: 'evil.example' })
    expect((await strange.mcp.listTools({ token })).response.status).toBe(400)
    expect(
      (await client.mcp.listTools({ token, origin: 'https://evil.example' })).response.status,
    ).toBe(403)
    const preflight = await client.http.options('/mcp', {
      headers: { origin: 'https://friend.example', 'access-control-request-method': 'POST' },
    })
    expect(preflight.status).toBe(204)
    expect((await client.http.get('/nowhere')).status).toBe(404)
    expect(asked).toEqual([])
  })

  it('AUTH-11: and arguments only afterwards', async () => {
    const answer = await client.cli.call('alpha', { nobody: 'declared' }, { token: 'wrong' })
    expect(answer).toMatchObject({ error: { code: 'AUTHENTICATION_ERROR' } })
    const allowed = await client.cli.call('alpha', { nobody: 'declared' }, { token: 'for-cli' })
    expect(allowed).toMatchObject({ error: { code: 'VALIDATION_ERROR' } })
  })

  it('CLI-5: a local call is authenticated as the CLI, and a local list too', async () => {
    const local = { local: true } as const
    expect(await client.cli.call('alpha', {}, local)).toMatchObject({
      error: { code: 'AUTHENTICATION_ERROR', message: 'Unauthorized' },
    })
    expect(await client.cli.manifest(local)).toMatchObject({
      error: { code: 'AUTHENTICATION_ERROR' },
    })
    expect(await client.cli.call('alpha', {}, { ...local, token: 'for-cli' })).toMatchObject({
      ok: true,
      body: 'a',
    })
    // Whoever is nobody does not learn which actions there are.
    expect(await client.cli.call('nope', {}, local)).toMatchObject({
      error: { code: 'AUTHENTICATION_ERROR' },
    })
    expect(await client.cli.call('nope', {}, { ...local, token: 'for-cli' })).toMatchObject({
      error: { code: 'unknown_action' },
    })
  })
})

describe('the program', () => {
  it('CLI-1: has the commands and the options that stand before them', async () => {
    const { out, code } = await new Program(['--help']).ended
    expect(code).toBe(0)
    for (const word of ['dev', 'run', 'connect', 'login', 'remotes', 'actions', 'call']) {
      expect(out).toMatch(new RegExp(`^ {2}${word}\\b`, 'm'))
    }
    for (const flag of ['--app', '--json', '--token', '--header']) expect(out).toContain(flag)
  })
})
