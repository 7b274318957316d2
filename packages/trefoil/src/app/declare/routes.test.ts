import { describe, expect, test } from 'vitest'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import { dependency } from '../../contract/call/dependency.ts'
import { hasRole } from '../../policy/guards/roles-and-scopes.ts'
import { createApp } from '../create-app.ts'
import { handle } from './routes.ts'

const logger = { debug() {}, info() {}, warn() {}, error() {} }
const at = (path: string, init?: RequestInit) => new Request(`http://localhost${path}`, init)

describe('groups', () => {
  test('GROUP-1: prefix, parameters and middleware reach what is inside, and only that', async () => {
    const log: string[] = []
    const app = createApp({ log: { logger } })
    app.use((_, next) => {
      log.push('app')
      return next()
    })
    const db = dependency(() => 'db', { name: 'db' })
    const group = app.group('/v1', { params: { db } })
    group.get('/inside', (args) => args.db)
    group.use((_, next) => {
      log.push('group')
      return next()
    })
    app.get('/outside', (args) => Object.keys(args))
    expect(await (await app.fetch(at('/v1/inside'))).text()).toBe('db')
    expect(log).toEqual(['app', 'group'])
    expect(await (await app.fetch(at('/outside'))).json()).toEqual([])
    expect(log).toEqual(['app', 'group', 'app'])
  })

  test('PW-10: a nested group inherits the guards of its parents', async () => {
    const roles: string[] = []
    const app = createApp({
      log: { logger },
      auth: [
        { authenticate: (_request) => new AuthContext({ subject: 'u', roles }), surfaces: ['api'] },
      ],
    })
    const inner = app.group('/a', { guards: [hasRole('outer')] }).group('/b', { roles: ['inner'] })
    inner.get('/c', () => 'in')
    const status = async () => (await app.fetch(at('/a/b/c'))).status
    expect(await status()).toBe(403)
    roles.push('inner')
    expect(await status()).toBe(403)
    roles.push('outer')
    expect(await status()).toBe(200)
  })

  test('MW-4: error handlers of the route, then the group, then the app', async () => {
    const app = createApp({ log: { logger } })
    app.onError(Error, () => 'app')
    const group = app.group('/g', {})
    group.onError(RangeError, () => 'group')
    const fail = (error: Error) => () => {
      throw error
    }
    const route = handle(SyntaxError, () => 'route')
    group.get('/route', { errorHandlers: [route] }, fail(new SyntaxError()))
    group.get('/group', { errorHandlers: [route] }, fail(new RangeError()))
    group.get('/app', { errorHandlers: [route] }, fail(new TypeError()))
    for (const level of ['route', 'group', 'app']) {
      expect(await (await app.fetch(at(`/g/${level}`))).text()).toBe(level)
    }
  })
})

describe('methods', () => {
  test('ROUTE-1: every method has its verb, others have route()', async () => {
    const app = createApp({ log: { logger } })
    for (const verb of ['get', 'post', 'put', 'patch', 'delete'] as const) {
      app[verb]('/x', (_, call) => call.request.method)
    }
    app.route('propfind')('/x', (_, call) => call.request.method)
    const methods = app.catalogue.actions.map(({ method }) => method)
    expect(methods).toEqual(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'])
    for (const method of methods) {
      const response = await app.fetch(at('/x', { method: method ?? '' }))
      expect(await response.text()).toBe(method)
    }
  })

  test('AUTH-1: an action is on HTTP only where it has a path, on agents only where it says so', () => {
    const app = createApp({ log: { logger }, publicSurfaces: ['mcp', 'cli'] })
    app.get('/a', () => 1)
    app.tool('b', { description: 'd' }, () => 1)
    app.action('c', { description: 'd', cli: true }, () => 1)
    expect(app.catalogue.actions.map(({ exposed }) => exposed)).toEqual([
      { api: true, mcp: false, cli: false },
      { api: false, mcp: true, cli: false },
      { api: false, mcp: false, cli: true },
    ])
  })
})
