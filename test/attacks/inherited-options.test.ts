// Who attacks: a caller of an app whose developer shares options by inheritance, or by a class with getters. What they would win:
// an action whose guards were left behind where its options were copied.
import { createApp } from 'trefoil'
import { AuthContext, type AuthRequest, hasRole } from 'trefoil/auth'
import { markup, pages } from 'trefoil/pages'
import { testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'

const log = { logger: { debug() {}, info() {}, warn() {}, error() {} } }
const auth = [
  {
    surfaces: ['api' as const, 'mcp' as const, 'cli' as const],
    authenticate: ({ bearer }: AuthRequest) =>
      bearer === null ? null : new AuthContext({ subject: bearer }),
  },
]
const guarded = (own: object): never =>
  Object.assign(Object.create({ guards: [hasRole('admin')] }), own) as never

describe('FND-59 SW-29: what options inherit is one of them', () => {
  it('of routes, actions and groups, on every surface', async () => {
    const ran: string[] = []
    const app = createApp({ auth, log })
    const run = (name: string) => () => {
      ran.push(name)
      return name
    }
    app.get(
      '/route',
      guarded({ name: 'route', tool: true, cli: true, description: 'x' }),
      run('route'),
    )
    app.action('action', guarded({ cli: true, tool: true, description: 'x' }), run('action'))
    const group = app.group('/group', guarded({}))
    group.post('/post', { name: 'post', tool: true, description: 'x' }, run('post'))
    const client = testClient(app)
    const token = 'ada'
    expect((await client.http.get('/route', { token })).status).toBe(403)
    expect((await client.http.post('/group/post', { token, json: {} })).status).toBe(403)
    for (const name of ['route', 'action', 'post']) {
      expect((await client.mcp.callTool(name, {}, { token })).text, name).toContain('ACCESS_DENIED')
    }
    for (const name of ['route', 'action']) {
      const called = await client.cli.call(name, {}, { token })
      expect(JSON.stringify(called), name).toContain('ACCESS_DENIED')
    }
    expect(ran).toEqual([])
    await client.close()
  })

  it('of pages and forms: what is sent is guarded as what is shown', async () => {
    let sent = 0
    const site = pages({ keys: 'a secret of at least 32 bytes, from a vault' })
    const app = createApp({ auth, log, parts: [site] })
    const send = async () => {
      sent++
      return site.go('/page')
    }
    const page = site.page(
      app,
      '/page',
      guarded({ name: 'page', title: 'A', show: () => markup`x`, send, sendRate: '5/min' }),
    )
    site.form(app, '/form', guarded({ name: 'form', of: page, send }))
    const client = testClient(app)
    const headers = { accept: 'text/html', 'sec-fetch-site': 'same-origin' }
    const token = 'ada'
    expect((await client.http.get('/page', { token, headers })).status).toBe(403)
    for (const path of ['/page', '/form']) {
      const { status } = await client.http.post(path, { token, headers, form: { a: 'b' } })
      expect(status, path).toBe(403)
    }
    expect(sent).toBe(0)
    await client.close()
  })

  it('and one that is changed for the next declaration stays what it was for this one', async () => {
    const app = createApp({ auth, log })
    const guards = [hasRole('admin')]
    const shared: Record<string, unknown> = { guards, description: 'x', tool: true }
    app.get('/route', Object.assign(shared, { name: 'route' }) as never, () => 'IN')
    const group = app.group('/group', { guards })
    group.get('/inner', { name: 'inner', tool: true, description: 'x' }, () => 'IN')
    app.resource('res://x', { name: 'res', guards }, () => 'IN')
    app.prompt('prompt', { description: 'x', guards }, () => 'IN')
    let asked = 0
    const once = {
      name: 'once',
      // Looked at by one, and gone for the next.
      get guards() {
        asked++
        return asked === 1 ? [hasRole('admin')] : []
      },
    }
    app.get('/once', once, () => 'IN')
    guards.length = 0
    shared['guards'] = []
    const client = testClient(app)
    const token = 'ada'
    for (const path of ['/route', '/group/inner', '/once']) {
      expect((await client.http.get(path, { token })).status, path).toBe(403)
    }
    const answers = [
      await client.mcp.callTool('route', {}, { token }),
      await client.mcp.callTool('inner', {}, { token }),
      await client.mcp.readResource('res://x', { token }),
      await client.mcp.getPrompt('prompt', {}, { token }),
    ]
    for (const { response } of answers) expect(response.text).not.toContain('"IN"')
    await client.close()
  })
})
