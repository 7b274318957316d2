// What a tool says of itself to the program around the model, and who may say what there.
import { createApp } from 'trefoil'
import { AuthContext, guard, hasRole, hasScope } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'

const log = { logger: { debug() {}, info() {}, warn() {}, error() {} } }
const UI = {
  ui: { resourceUri: 'ui://sales', visibility: ['model', 'app'] },
  'example.com/size': 3,
}

describe.each(['modern', 'legacy'] as const)('%s', (era) => {
  it('MCP Apps: _meta is sent, and the extension advertised', async () => {
    const app = createApp({ name: 'apps', log, publicSurfaces: ['mcp'] })
    app.tool('chart', { description: 'C.', meta: UI }, () => 1)
    await using client = testClient(app)
    const { result } = await client.mcp.listTools({ era })
    expect(result?.['tools']).toMatchObject([{ _meta: UI }])
    const first = era === 'modern' ? await client.mcp.discover() : await client.mcp.initialize()
    expect(first.result?.['capabilities']).toMatchObject({
      extensions: { 'io.modelcontextprotocol/ui': {} },
    })
  })

  it('PW-20: scopes are told, and no guard besides', async () => {
    const app = createApp({
      name: 'needs',
      log,
      auth: [
        {
          surfaces: ['mcp'],
          authenticate: (_request) => new AuthContext({ subject: 'ada', roles: ['clerk'] }),
        },
      ],
      approval: () => true,
    })
    const secret = guard({ name: 'SecretRule', check: () => true })
    const guards = [hasScope('b', 'a'), hasRole('clerk'), secret]
    app.tool('pay', { description: 'P.', guards, needsApproval: true }, () => 1)
    await using client = testClient(app)
    const { result, response } = await client.mcp.listTools({ era })
    expect(result?.['tools']).toMatchObject([
      { _meta: { 'trefoil/needs_approval': true, 'trefoil/scopes': ['a', 'b'] } },
    ])
    expect(response.text).not.toMatch(/SecretRule|clerk/)
  })
})

it('without such a tool nothing is advertised', async () => {
  const app = createApp({ name: 'plain', log, publicSurfaces: ['mcp'] })
  app.tool('one', { description: 'O.' }, () => 1)
  await using client = testClient(app)
  expect((await client.mcp.discover()).result?.['capabilities']).toEqual({ tools: {} })
})

it('what its page alone may call is listed, and found by no search', async () => {
  const app = createApp({
    name: 'pages',
    log,
    publicSurfaces: ['mcp'],
    mcp: { tools: { mode: 'search' } },
  })
  app.tool('more_rows', { description: 'Rows.', meta: { ui: { visibility: ['app'] } } }, () => 1)
  app.tool('rows', { description: 'Rows.' }, () => 1)
  await using client = testClient(app)
  expect((await client.mcp.callTool('find_actions', { query: 'rows' })).text).toBe(
    '{"actions":[{"name":"rows","description":"Rows."}]}',
  )
  expect((await client.mcp.listTools()).response.text).toContain('more_rows')
})

it.each([
  ['a name of MCP', { 'io.modelcontextprotocol/x': 1 }, 'has a prefix that MCP keeps for itself'],
  ['a name of ours', { 'trefoil/needs_approval': false }, 'has a prefix that Trefoil keeps'],
  ['no JSON', { a: () => 1 }, 'must be JSON'],
  [
    'a page of the web',
    { ui: { resourceUri: 'https://a.example' } },
    'meta.ui.resourceUri must be',
  ],
  ['a list of others', { ui: { visibility: ['user'] } }, "must be a list of 'model' and 'app'"],
  ['text', { ui: 'x' }, 'meta.ui must be an object'],
])('%s in meta stops the start', (_, meta, message) => {
  const app = createApp({ name: 'wrong', log, publicSurfaces: ['mcp'] })
  app.tool('one', { description: 'O.', meta }, () => 1)
  expect(() => app.catalogue).toThrow(message)
})
