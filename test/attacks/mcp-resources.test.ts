// Who attacks: a caller of MCP, through URIs. What they would win: what a guard keeps from them, the knowledge that it is
// there, a path of the server's, or its time.

import { createApp, HttpError } from 'trefoil'
import { AuthContext, hasRole, hasScope, inputGuard } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
const CANARY = 'canary-4711'

function shop() {
  const seen: unknown[] = []
  const records: unknown[] = []
  const app = createApp({
    log: {
      logger: SILENT,
      onCall: ({ action, surface, outcome, problem }) =>
        void records.push({ action, surface, outcome, problem }),
    },
    auth: [
      {
        surfaces: ['mcp'],
        authenticate: ({ bearer }) =>
          bearer === null
            ? null
            : new AuthContext({ subject: bearer, roles: bearer === 'root' ? ['admin'] : [] }),
      },
    ],
  })
  app.resource('store://products', { name: 'products' }, () => 'all')
  const admin = app.group('', { guards: [hasRole('admin')] })
  admin.resource('store://audit', { name: 'audit', description: CANARY }, () => CANARY)
  admin.resource(
    'secret://{id}',
    {
      name: 'secret',
      description: CANARY,
      entries: () => ({ items: [{ uri: `secret://${CANARY}`, name: CANARY }] }),
    },
    () => CANARY,
  )
  app.resource('scoped://all', { name: 'scoped', guards: [hasScope('all:read')] }, () => CANARY)
  app.resource(
    'owned://{owner}',
    {
      name: 'owned',
      guards: [
        inputGuard({ name: 'Owns', check: (auth, { args }) => args['owner'] === auth.subject }),
      ],
      entries: () => ({ items: [{ uri: 'owned://somebody', name: CANARY }] }),
    },
    () => CANARY,
  )
  app.resource('file://{dir}/{name}', { name: 'file' }, (args) => {
    seen.push({ ...args })
    return JSON.stringify(args)
  })
  app.resource('order://{order_id}', { name: 'order', params: { order_id: z.int() } }, () => {
    throw new HttpError(404, CANARY)
  })
  return { app, seen, records }
}

describe.each(['modern', 'legacy'] as const)('%s', (era) => {
  const { app, seen, records } = shop()
  const { mcp } = testClient(app, { era })
  const told = async (uri: string, token = 'ada') => {
    const { error, status, response } = await mcp.readResource(uri, { token })
    const { request_id: _, trace_id: __, uri: own, ...data } = (error?.data ?? {}) as never
    expect(own).toBe(uri)
    return { status, code: error?.code, message: error?.message, data, text: response.text }
  }

  it('PW-20 SURF-3: what is hidden is in no list', async () => {
    for (const list of ['listResources', 'listResourceTemplates'] as const) {
      expect((await mcp[list]({ token: 'ada' })).response.text).not.toContain(CANARY)
      expect((await mcp[list]({ token: 'root' })).response.text).toContain(CANARY)
    }
  })

  it('PW-20: what may not be read, what is not found and what does not exist are told alike', async () => {
    const uris = ['store://audit', 'secret://1', 'owned://bob', 'order://1', 'nope://1']
    const answers = await Promise.all(uris.map((uri) => told(uri)))
    for (const { text, ...answer } of answers) {
      expect(answer).toEqual({ ...answers.at(-1), text: undefined })
      expect(text).not.toContain(CANARY)
    }
    expect((await mcp.readResource('store://audit', { token: 'root' })).contents).toHaveLength(1)
    expect((await mcp.readResource('owned://ada', { token: 'ada' })).contents).toHaveLength(1)
  })

  it('the record says what it was', async () => {
    records.length = 0
    await told('store://audit')
    expect(records).toEqual([
      { action: 'audit', surface: 'mcp', outcome: 'refused', problem: 'ACCESS_DENIED' },
    ])
  })

  it('PW-20: a stranger is told who is asked for, whatever the URI', async () => {
    const answers = await Promise.all(
      ['store://audit', 'store://products', 'nope://1'].map((uri) => mcp.readResource(uri)),
    )
    for (const { status, response } of answers) {
      expect(status).toBe(401)
      expect(response.text).not.toContain('store://')
    }
  })

  it('a scope that is missing is asked for, before anything is read', async () => {
    const { status, response } = await mcp.readResource('scoped://all', { token: 'ada' })
    expect(status).toBe(403)
    expect(response.headers.get('www-authenticate')).toContain('all:read')
    expect(response.text).not.toContain(CANARY)
  })

  it.each([
    ['file://a/b%2Fc', { dir: 'a', name: 'b/c' }],
    ['file://a/b%252Fc', { dir: 'a', name: 'b%2Fc' }],
    ['file://%2e%2e/x', { dir: '..', name: 'x' }],
    ['file://../x', { dir: '..', name: 'x' }],
    ['file://a/%C3%A9', { dir: 'a', name: 'é' }],
    ['file://a/%00', { dir: 'a', name: '\0' }],
    ['file://__proto__/x', { dir: '__proto__', name: 'x' }],
  ])('a variable is decoded once, and stays its own: %s', async (uri, args) => {
    seen.length = 0
    await mcp.readResource(uri, { token: 'ada' })
    expect(seen).toEqual([args])
  })

  it.each([
    'file://a/b/c',
    'file://a/b?c',
    'file://a/b#c',
    'file://a/%zz',
    'file://a/%ff',
    'file://a/%c0%af',
    'file:///x',
    'FILE://a/b',
    'file://a',
    ' file://a/b',
    '__proto__',
    'constructor',
    'store://products/',
    'store://products?x',
    'store://%70roducts',
  ])('%s is nothing that there is', async (uri) => {
    seen.length = 0
    expect((await told(uri)).message).toBe('Unknown resource')
    expect(seen).toEqual([])
  })

  it('a URI of a megabyte costs nothing, and is not repeated', async () => {
    const sent = {
      jsonrpc: '2.0',
      id: 1,
      method: 'resources/read',
      params: { uri: `file://${'a/'.repeat(400_000)}` },
    }
    const { error, response } = await mcp.request(sent, {
      authorization: 'Bearer ada',
      'mcp-protocol-version': '2025-11-25',
    })
    expect(error?.code).toBe(-32602)
    expect(response.text.length).toBeLessThan(1000)
  })

  it.each([null, 7, {}, ['store://products'], true])('%j is no URI', async (uri) => {
    const sent = { jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri } }
    const { error } = await mcp.request(sent, {
      authorization: 'Bearer ada',
      'mcp-protocol-version': '2025-11-25',
    })
    expect([error?.code, error?.message]).toEqual([-32602, 'params.uri must be text'])
  })
})

it('MCP-5: a gateway that goes by Mcp-Name is not passed under a false one', async () => {
  const { mcp } = testClient(shop().app)
  const { error, status } = await mcp.readResource('store://audit', {
    token: 'root',
    headers: { 'mcp-name': 'store://products' },
  })
  expect([status, error?.code]).toEqual([400, -32020])
})
