import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { reply } from '../contract/answer/reply.ts'
import { AuthContext } from '../contract/auth/auth-context.ts'
import { isApp } from '../contract/call/app-internals.ts'
import type { Logger } from '../contract/call/logger.ts'
import { HttpError, ImproperlyConfigured } from '../contract/problems/problem.ts'
import { createApp } from './create-app.ts'
import { assertSupportedNode } from './fitness/supported-node.ts'

function logging() {
  const lines: string[] = []
  const write = (_: object, message: string) => void lines.push(message)
  const logger: Logger = { debug() {}, info: write, warn: write, error: write }
  return { lines, logger }
}

const { logger: silent } = logging()
const tool = { description: 'd', tool: true } as const
const known = (_request: unknown) => new AuthContext({ subject: 'u' })
const at = (path: string, init?: RequestInit) => new Request(`http://localhost${path}`, init)

describe('fetch', () => {
  const app = createApp({ log: { logger: silent } })
  app.get('/orders/{id:int}', { params: { page: z.int().default(1) } }, ({ id, page }, call) => ({
    id,
    page,
    source: call.source,
  }))
  app.post('/orders', { params: { note: z.string() } }, ({ note }) =>
    reply({ note }, { status: 201 }),
  )
  app.get('/gone', () => {
    throw new HttpError(410, 'Gone for good')
  })
  app.get('/crash', () => {
    throw new Error('secret')
  })
  app.get('/nothing', () => undefined)

  test('ROUTE-1: arguments in, JSON out', async () => {
    const response = await app.fetch(at('/orders/7/?page=2'))
    expect([response.status, await response.json()]).toEqual([
      200,
      { id: 7, page: 2, source: 'api' },
    ])
  })

  test('BIND-11: a JSON body, and the status of a reply', async () => {
    const response = await app.fetch(
      at('/orders', {
        method: 'POST',
        body: '{"note":"x"}',
        headers: { 'content-type': 'application/json' },
      }),
    )
    expect([response.status, await response.json()]).toEqual([201, { note: 'x' }])
  })

  test.each([
    ['/orders/x', 404, 'not_found'],
    ['/orders/1?page=x', 400, 'VALIDATION_ERROR'],
    ['/gone', 410, 'http_error'],
    ['/crash', 500, 'INTERNAL_ERROR'],
    ['/%ff', 400, 'invalid_path'],
  ])('X-11: %s answers %i %s as a problem document', async (path, status, code) => {
    const response = await app.fetch(at(path))
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const text = await response.text()
    expect(text).not.toContain('secret')
    expect([response.status, JSON.parse(text)]).toMatchObject([status, { status, code }])
  })

  test('RESP-1: nothing is 204', async () => {
    expect((await app.fetch(at('/nothing'))).status).toBe(204)
  })

  test('OBS-1: a request id is echoed, or made when it is none', async () => {
    const sent = await app.fetch(at('/nothing', { headers: { 'X-Request-Id': 'abc' } }))
    expect(sent.headers.get('x-request-id')).toBe('abc')
    const bad = await app.fetch(at('/nothing', { headers: { 'X-Request-Id': 'a b' } }))
    expect(bad.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/)
  })

  test('SEC-5: another host is refused', async () => {
    expect((await app.fetch(new Request('http://evil.test/nothing'))).status).toBe(400)
  })
})

describe('compiling', () => {
  test('APP-15: mistakes show at start-up, before any hook runs (LIFE-1)', async () => {
    const app = createApp({ log: { logger: silent } })
    let hooks = 0
    app.onStartup(() => void hooks++)
    app.get('/:id', () => 1)
    await expect(app.startup()).rejects.toThrow(ImproperlyConfigured)
    expect(hooks).toBe(0)
  })

  test('APP-15: no routes once the app is compiled', () => {
    const app = createApp({ log: { logger: silent } })
    app.get('/a', () => 1)
    expect(app.catalogue.actions.map(({ path }) => path)).toEqual(['/a'])
    const first =
      'before the app is first used (by serve(), app.startup(), app.fetch() or a test client; start-up hooks run later)'
    expect(() => app.get('/b', () => 1)).toThrow(`GET '/b' must be added ${first}`)
    expect(() => app.group('/g').tool('t', { description: 'T.' }, () => 1)).toThrow(
      `Action 't' must be added ${first}`,
    )
  })

  test('ROUTE-11: a route on the path of the documentation is a mistake', () => {
    const app = createApp({ log: { logger: silent } })
    app.get('/docs', () => 1)
    expect(() => app.catalogue).toThrow(
      "Route GET '/docs' ('GET /docs') conflicts with the built-in endpoint",
    )
  })

  test('ROUTE-1: a handler is a function, a method a word', () => {
    const app = createApp({ log: { logger: silent } })
    // @ts-expect-error: what JavaScript callers may hand over
    expect(() => app.get('/a', {})).toThrow('GET /a has no handler')
    expect(() => app.route('GET /')).toThrow("'GET /' is not an HTTP method")
  })

  test('DESIGN §5: an old Node is refused in one line, another runtime is not asked', () => {
    expect(() => assertSupportedNode({ node: '22.17.1' })).toThrow(
      /^Trefoil needs Node 22\.18 or newer, this is 22\.17\.1\..*$/,
    )
    expect(() => assertSupportedNode({ node: '20.19.0' })).toThrow(ImproperlyConfigured)
    for (const versions of [
      { node: '22.18.0' },
      { node: '24.1.0' },
      { node: '18.0.0', bun: '1.2.0' },
      {},
    ]) {
      expect(() => assertSupportedNode(versions)).not.toThrow()
    }
  })

  test('LIFE-2: the app is what servers and the program hold it by', () => {
    expect(isApp(createApp({ name: 'store' }))).toBe(true)
    const app = createApp()
    for (const fake of [{ name: 'store' }, { ...app }, new Proxy(app, {}), null]) {
      expect(isApp(fake)).toBe(false)
    }
    const members = [...Object.keys(app), ...Object.getOwnPropertyNames(Object.getPrototypeOf(app))]
    expect(members.filter((name) => name.startsWith('~'))).toEqual([])
  })
})

describe('what start-up says out loud', () => {
  test('AUTH-12: surfaces nobody covers, with the names, sorted', async () => {
    const { lines, logger } = logging()
    const app = createApp({ log: { logger } })
    app.tool('b', tool, () => 1)
    app.tool('a', tool, () => 1)
    await app.startup()
    await app.startup()
    expect(lines).toEqual([
      "No AuthConfig covers the 'mcp' surface; exposed routes are public: a, b",
    ])
  })

  test('AUTH-12: not when it was meant so', async () => {
    const { lines, logger } = logging()
    const app = createApp({ log: { logger }, publicSurfaces: ['mcp'] })
    app.tool('a', tool, () => 1)
    await app.startup()
    expect(lines).toEqual([])
  })

  test('AUTH-12: tools that are public on a covered surface', async () => {
    const { lines, logger } = logging()
    const app = createApp({ log: { logger }, auth: [{ authenticate: known, surfaces: ['mcp'] }] })
    app.tool('a', { ...tool, public: true }, () => 1)
    app.tool('b', tool, () => 1)
    await app.startup()
    expect(lines).toEqual([
      "Routes public on 'mcp' (callable without authentication): a",
      "Agents may change something over 'mcp' and nobody is asked: b; see needsApproval and agentWrites",
    ])
  })

  test('W-11: approval that an anonymous HTTP caller walks around', async () => {
    const { lines, logger } = logging()
    const app = createApp({
      log: { logger },
      approval: () => true,
      publicSurfaces: ['api'],
      auth: [{ authenticate: known, surfaces: ['mcp'] }],
    })
    app.post('/pay', { ...tool, name: 'pay', needsApproval: true }, () => 1)
    app.post('/wipe', { ...tool, name: 'wipe', needsApproval: ['api', 'mcp'] }, () => 1)
    await app.startup()
    expect(lines).toEqual([
      'Actions that need approval can be called over HTTP without it, and without authentication: pay',
    ])
  })
})

describe('validateProduction', () => {
  const auth = [{ authenticate: known, surfaces: ['api', 'mcp', 'cli'] as const }]

  test('PROD-1: everything that is unfit, one line each', () => {
    const app = createApp({
      log: { logger: silent },
      debug: true,
      edge: { security: 'off' },
      mcp: { allowedOrigins: ['*'] },
    })
    app.action('a', { description: 'd', cli: true }, () => 1)
    expect(() => app.validateProduction()).toThrow(ImproperlyConfigured)
    const lines = String(messageOf(() => app.validateProduction())).split('\n')
    expect(lines[0]).toBe('Production safety check failed:')
    expect(lines).toContain('- debug must be disabled')
    expect(lines.some((line) => line.startsWith('- edge.security must be'))).toBe(true)
    expect(lines).toContain('- edge.hosts must be configured')
    expect(lines).toContain("- mcp.allowedOrigins must not contain '*'")
    for (const surface of ['api', 'mcp', 'cli']) {
      expect(lines).toContain(
        `- no AuthConfig covers the '${surface}' surface; cover it, or list it in publicSurfaces`,
      )
    }
  })

  test('PROD-1: a wildcard host', () => {
    const app = createApp({ log: { logger: silent }, auth, edge: { hosts: ['*'] } })
    expect(messageOf(() => app.validateProduction())).toBe(
      "Production safety check failed:\n- edge.hosts must not contain '*'",
    )
  })

  test('PROD-1, W-44: a fit app passes, also with surfaces that are public by intent', () => {
    const allowedHosts = ['shop.example']
    expect(() =>
      createApp({
        log: { logger: silent },
        auth,
        edge: { hosts: allowedHosts },
      }).validateProduction(),
    ).not.toThrow()
    const open = createApp({
      log: { logger: silent },
      edge: { hosts: allowedHosts },
      publicSurfaces: ['api', 'mcp'],
    })
    expect(() => open.validateProduction()).not.toThrow()
  })
})

describe('local actions', () => {
  const app = createApp({ log: { logger: silent } })
  app.action('add', { description: 'd', cli: true, params: { n: z.int() } }, ({ n }, call) => [
    n + 1,
    call.source,
    call.entrypoint,
  ])
  const actions = app.localActions({ headers: [] })

  test('W-21: answer with the documents of the remote protocol', async () => {
    expect(await actions.call({ action: 'add', arguments: { n: 1 } })).toEqual({
      ok: true,
      status_code: 200,
      body: [2, 'cli', 'local'],
    })
  })

  test.each([
    {},
    { dry_run: true },
    { arguments: { x: 1 } },
    { arguments: { x: 1 }, dry_run: true },
  ])('RPC-5: an unknown action is unknown, whatever came with it: %j', async (more) => {
    expect(await actions.call({ action: 'nope', ...more })).toMatchObject({
      ok: false,
      error: { code: 'unknown_action' },
    })
  })
})

test('W-16d: shutdown waits for background tasks, then runs the hooks', async () => {
  const log: string[] = []
  const app = createApp({ log: { logger: silent } })
  app.onShutdown(() => void log.push('hook'))
  app.get('/a', (_, call) => {
    call.background(async () => {
      await new Promise((resolve) => setImmediate(resolve))
      log.push('task')
    })
    return 'x'
  })
  await app.startup()
  await (await app.fetch(at('/a'))).text()
  await app.shutdown()
  expect(log).toEqual(['task', 'hook'])
})

function messageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return 'none'
}

test('APP-2: without `state` every app has one of its own', () => {
  const [one, other] = [createApp({ env: {} }), createApp({ env: {} })]
  expect(one.state).toEqual({})
  expect(one.state).not.toBe(other.state)
})
