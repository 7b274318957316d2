// FND-51: nothing named a place to register routes from another file, a test could not have another
// dependency than the real one, nor be somebody, and nothing made tokens for tests.
import {
  type App,
  argumentsHash,
  createApp,
  dependency,
  ImproperlyConfigured,
  type Routes,
} from 'trefoil'
import { AuthContext, type AuthRequest, hasRole, jwtAuth } from 'trefoil/auth'
import { createToken, testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
const KEYS = 'a secret for tests, of 32 bytes or more'

interface Store {
  readonly name: string
  readonly orders: readonly string[]
}

/** A shop that remembers what its real dependencies did. */
function shop() {
  const log: string[] = []
  const pool = dependency(
    function* () {
      log.push('open pool')
      yield { url: 'postgres://real' }
      log.push('close pool')
    },
    { name: 'pool' },
  )
  const store = dependency(({ pool }): Store => ({ name: pool.url, orders: ['real'] }), {
    name: 'store',
    uses: { pool },
  })
  const audit = dependency(() => (line: string) => void log.push(line), { name: 'audit' })
  const app = createApp({
    log: { logger: SILENT },
    auth: [
      {
        surfaces: ['api', 'mcp', 'cli'],
        authenticate: jwtAuth({ keys: KEYS }),
        onAuthenticated: (auth) => {
          log.push(`loaded ${auth.subject}`)
          return undefined
        },
      },
    ],
    approval: ({ token, argumentsHash }) => token === argumentsHash,
  })
  register(app)
  return { app, log, store, pool, audit }

  function register(routes: Routes<typeof app>): void {
    routes.get(
      '/orders',
      {
        name: 'list_orders',
        description: 'Lists.',
        tool: true,
        cli: true,
        guards: [hasRole('clerk')],
        params: { store },
        returns: z.object({ by: z.string(), store: z.string(), orders: z.array(z.string()) }),
      },
      ({ store }, call) => ({
        by: call.auth.subject,
        store: store.name,
        orders: [...store.orders],
      }),
    )
    routes.action(
      'pay',
      {
        description: 'Pays.',
        tool: true,
        cli: true,
        needsApproval: true,
        params: { sum: z.number() },
      },
      ({ sum }) => sum,
    )
    routes.get('/open', { public: true }, (_, call) => call.auth?.subject ?? 'nobody')
    routes.get('/audited', async (_, call) => {
      ;(await call.resolve(audit))('real line')
      return 'done'
    })
  }
}

const FAKE: Store = { name: 'fake', orders: ['one', 'two'] }
const CLERK = { subject: 'ada', roles: ['clerk'] }

describe('as: somebody, without a credential', () => {
  it('on every surface, through the guards', async () => {
    const { app, store, log } = shop()
    const client = testClient(app, { as: CLERK, override: [[store, FAKE]] })
    const seen = { by: 'ada', store: 'fake', orders: ['one', 'two'] }
    expect((await client.http.get('/orders')).json()).toEqual(seen)
    for (const era of ['modern', 'legacy'] as const) {
      expect((await client.mcp.callTool('list_orders', {}, { era })).structuredContent).toEqual(
        seen,
      )
      expect((await client.mcp.listTools({ era })).isSuccess).toBe(true)
    }
    for (const local of [true, false]) {
      expect(await client.cli.call('list_orders', {}, { local })).toMatchObject({ body: seen })
      expect(await client.cli.manifest({ local })).toHaveProperty('actions')
    }
    expect(log).toEqual([])
    const viewer = testClient(app, { as: new AuthContext({ subject: 'eve', roles: ['viewer'] }) })
    expect((await viewer.http.get('/orders')).status).toBe(403)
    expect((await viewer.mcp.callTool('list_orders')).problem).toMatchObject({
      code: 'ACCESS_DENIED',
    })
    expect(await viewer.cli.call('list_orders', {}, { local: true })).toMatchObject({ ok: false })
  })

  it('approval is asked for all the same', async () => {
    const client = testClient(shop().app, { as: CLERK })
    const refused = await client.mcp.callTool('pay', { sum: 7 })
    expect(refused.problem).toMatchObject({ code: 'approval_required' })
    const approvalToken = argumentsHash('pay', { sum: 7 })
    expect((await client.mcp.callTool('pay', { sum: 7 }, { approvalToken })).text).toBe('7')
    expect((await client.mcp.callTool('pay', { sum: 8 }, { approvalToken })).isSuccess).toBe(false)
  })

  it('public actions stay anonymous, and a request that shows a bad token is not looked at', async () => {
    const client = testClient(shop().app, { as: CLERK })
    expect((await client.http.get('/open')).text).toBe('nobody')
    expect((await client.http.get('/orders', { token: 'bad' })).status).toBe(200)
  })

  it('is refused where the app has nobody to stand in for, and for what is nobody', () => {
    const open = createApp({ log: { logger: SILENT }, publicSurfaces: ['api'] })
    expect(() => testClient(open, { as: CLERK })).toThrow('it has none: every call is anonymous')
    const { app } = shop()
    expect(() => testClient(app, { as: { subject: '' } })).toThrow('subject must be non-empty text')
    // @ts-expect-error what JavaScript callers may hand over
    expect(() => testClient(app, { as: 'ada' })).toThrow('`as` takes an AuthContext')
    // @ts-expect-error the same
    expect(() => testClient(app, { as: null })).toThrow('`as` takes an AuthContext')
    // @ts-expect-error misspelt
    expect(() => testClient(app, { overrides: [] })).toThrow("did you mean 'override'?")
  })
})

describe('override: another dependency, for this client only', () => {
  it('a value is there at once: the real one is not opened, and it is not closed', async () => {
    const { app, log, store } = shop()
    let closed = 0
    const fake = { ...FAKE, [Symbol.dispose]: () => void closed++ }
    const client = testClient(app, { as: CLERK, override: [[store, fake]] })
    expect((await client.http.get('/orders')).json()).toMatchObject({ store: 'fake' })
    expect([log, closed]).toEqual([[], 0])
  })

  it('one of a chain is enough; the others are real', async () => {
    const { app, log, pool } = shop()
    const client = testClient(app, { as: CLERK, override: [[pool, { url: 'memory' }]] })
    expect((await client.http.get('/orders')).json()).toMatchObject({ store: 'memory' })
    expect(log).toEqual([])
  })

  it('a dependency is opened and closed in each call', async () => {
    const { app, store } = shop()
    const log: string[] = []
    const other = dependency(function* (): Generator<Store> {
      log.push('open')
      yield FAKE
      log.push('close')
    })
    const client = testClient(app, { as: CLERK, override: [[store, other]] })
    await client.http.get('/orders')
    await client.cli.call('list_orders', {}, { local: true })
    expect(log).toEqual(['open', 'close', 'open', 'close'])
  })

  it('a function is a value, not a provider', async () => {
    const { app, audit, log } = shop()
    const lines: string[] = []
    const note = (line: string) => void lines.push(line)
    const override = [[audit, note, { resolved: true }]] as const
    const client = testClient(app, { as: CLERK, override })
    expect((await client.http.get('/audited')).text).toBe('done')
    expect([lines, log]).toEqual([['real line'], []])
  })

  it('the app and its other clients keep theirs, also at the same time', async () => {
    const { app, store, log } = shop()
    const token = createToken({ ...CLERK, keys: KEYS })
    const fake = testClient(app, { as: CLERK, override: [[store, FAKE]] })
    const real = testClient(app)
    const answers = await Promise.all([
      fake.http.get('/orders'),
      real.http.get('/orders', { token }),
      fake.http.get('/orders'),
    ])
    expect(answers.map((answer) => answer.json<{ store: string }>().store)).toEqual([
      'fake',
      'postgres://real',
      'fake',
    ])
    expect(log).toEqual(['loaded ada', 'open pool', 'close pool'])
  })

  it('authenticators are given it too', async () => {
    const people = dependency(() => new Map([['real', 'nobody']]), { name: 'people' })
    const authenticate = async (request: AuthRequest) => {
      const subject = (await request.resolve(people)).get(request.bearer ?? '')
      return subject === undefined ? null : new AuthContext({ subject })
    }
    const app = createApp({
      log: { logger: SILENT },
      auth: [{ surfaces: ['api'], authenticate }],
    })
    app.get('/me', (_, call) => call.auth.subject)
    const override = [[people, new Map([['t', 'ada']]), { resolved: true }]] as const
    const client = testClient(app, { override })
    expect((await client.http.get('/me', { token: 't' })).text).toBe('ada')
  })

  it('refuses what the app does not use, whatever its name', () => {
    const { app, store } = shop()
    const twin = dependency((): Store => FAKE, { name: 'store' })
    expect(() => testClient(app, { override: [[twin, FAKE]] })).toThrow(ImproperlyConfigured)
    expect(() => testClient(app, { override: [[twin, FAKE]] })).toThrow(
      "override has 'store', which stands in no action's params and which no dependency uses",
    )
    const twice = [
      [store, FAKE],
      [store, FAKE],
    ] as const
    expect(() => testClient(app, { override: twice })).toThrow("has 'store' twice")
    const circle = dependency(({ store }): Store => store, { name: 'circle', uses: { store } })
    expect(() => testClient(app, { override: [[store, circle]] })).toThrow('cycle')
    for (const [wrong, message] of [
      [{}, 'must be a list'],
      [[store], 'every entry is'],
      [[[store]], 'every entry is'],
      [[[{}, FAKE]], 'every entry is'],
      [[[store, FAKE, null]], 'must be an object'],
      [[[store, FAKE, { resolve: true }]], "did you mean 'resolved'?"],
    ] as const) {
      // @ts-expect-error what JavaScript callers may hand over
      expect(() => testClient(app, { override: wrong }), message).toThrow(message)
    }
  })

  it('a value of another type does not compile', () => {
    const { app, store } = shop()
    // @ts-expect-error no orders
    testClient(app, { override: [[store, { name: 'fake' }]] })
  })

  it('background work of its calls is waited for when the app stops', async () => {
    const app = createApp({ log: { logger: SILENT }, publicSurfaces: ['api'] })
    const db = dependency(() => 'real', { name: 'db' })
    let done = ''
    app.get('/', { params: { db } }, ({ db }, call) => {
      call.background(async () => {
        await new Promise((resolve) => setImmediate(resolve))
        done = db
      })
      return null
    })
    const client = testClient(app, { override: [[db, 'fake']] })
    await client.http.get('/')
    await client.close()
    expect(done).toBe('fake')
  })
})

describe('credentials of test calls', () => {
  it('http takes a token, cli takes headers, mcp both; a header that is written out wins', async () => {
    const { app, store } = shop()
    const token = createToken({ ...CLERK, keys: KEYS })
    const headers = { authorization: `Bearer ${token}` }
    const client = testClient(app, { override: [[store, FAKE]] })
    expect((await client.http.get('/orders', { token })).status).toBe(200)
    expect((await client.http.get('/orders', { token: 'bad', headers })).status).toBe(200)
    expect((await client.mcp.callTool('list_orders', {}, { token })).isSuccess).toBe(true)
    expect((await client.mcp.callTool('list_orders', {}, { headers })).isSuccess).toBe(true)
    for (const local of [true, false]) {
      expect(await client.cli.call('list_orders', {}, { headers, local })).toMatchObject({
        ok: true,
      })
      expect(await client.cli.call('list_orders', {}, { token, local })).toMatchObject({ ok: true })
      expect(await client.cli.manifest({ headers, local })).toHaveProperty('actions')
    }
  })

  it('localActions takes a token, and not two', async () => {
    const app: App = shop().app
    const token = createToken({ ...CLERK, keys: KEYS })
    expect(await app.localActions({ token }).manifest()).toHaveProperty('actions')
    expect(await app.localActions({}).manifest()).toMatchObject({ status_code: 401 })
    const twice = { token, headers: ['Authorization', 'Bearer x'] }
    expect(() => app.localActions(twice)).toThrow('either a token or an authorization header')
    for (const wrong of ['', 'a\r\nx-admin: 1']) {
      expect(() => app.localActions({ token: wrong })).toThrow('token must be text')
    }
  })
})
