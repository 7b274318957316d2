import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AuthContext } from '../../packages/trefoil/src/auth.ts'
import { cookie, createApp, html, reply } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { BROWSER_PATH, LAUNCH_MS, launchBrowser } from './browser.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

/** What a real browser decides: CORS, cookies and cross-site calls. */
describe.skipIf(BROWSER_PATH === null)('a page of another site', () => {
  let browser: Browser
  let api: RunningServer
  let friend: RunningServer
  let stranger: RunningServer
  const transfers: string[] = []

  const pageServer = async () => {
    const app = createApp({ log: { logger: quiet }, edge: { hosts: ['*'], security: 'off' } })
    app.get('/', () => html('<!doctype html><title>page</title>'))
    app.get('/attack', { params: { target: z.string() } }, ({ target }) =>
      html(`<!doctype html><form method="post" action="${target}"><input name="amount" value="999"></form>
        <script>document.forms[0].submit()</script>`),
    )
    return serve(app, { port: 0, host: '0.0.0.0', signals: false })
  }

  beforeAll(async () => {
    browser = await launchBrowser()
    friend = await pageServer()
    stranger = await pageServer()
    const app = createApp({
      log: { logger: quiet },
      browser: {
        cors: { allowedOrigins: [`http://localhost:${friend.port}`], allowCredentials: true },
      },
    })
    app.get('/read', () => ({ secret: 42 }))
    app.put('/write', () => ({ done: true }))
    app.get('/login', () =>
      reply('in', {
        cookies: {
          session: { value: 'none', sameSite: 'none' },
          strict: { value: 'strict', sameSite: 'strict' },
          lax: 'lax',
          '__Host-id': { value: 'host' },
        },
      }),
    )
    app.get(
      '/cookies',
      {
        params: {
          session: cookie(z.string().optional()),
          strict: cookie(z.string().optional()),
          lax: cookie(z.string().optional()),
          host: cookie(z.string().optional(), { alias: '__Host-id' }),
        },
      },
      (sent) => sent,
    )
    app.get('/form', () =>
      html('<!doctype html><form method="post" action="/transfer"><button>send</button></form>'),
    )
    app.post('/transfer', (_args, call) => {
      transfers.push(String(call.request.headers.get('origin')))
      return 'transferred'
    })
    api = await serve(app, { port: 0, host: '0.0.0.0', signals: false })
  }, LAUNCH_MS)

  afterAll(async () => {
    await browser?.close()
    for (const server of [api, friend, stranger]) await server?.close()
  })

  const at = (server: RunningServer, path = '/', host = 'localhost') =>
    `http://${host}:${server.port}${path}`

  async function tryFetch(page: RunningServer, path: string, method: string): Promise<unknown> {
    const tab = await browser.newPage()
    await tab.goto(at(page))
    const result = await tab.evaluate(
      async ([url, verb]) => {
        try {
          const response = await fetch(url as string, {
            method: verb as string,
            credentials: 'include',
          })
          return await response.json()
        } catch (error) {
          return (error as Error).name
        }
      },
      [at(api, path), method],
    )
    await tab.close()
    return result
  }

  it('CORS-3: a listed page reads answers and passes preflights', async () => {
    expect(await tryFetch(friend, '/read', 'GET')).toEqual({ secret: 42 })
    expect(await tryFetch(friend, '/write', 'PUT')).toEqual({ done: true })
  })

  it('CORS-3: an unlisted page reads nothing', async () => {
    expect(await tryFetch(stranger, '/read', 'GET')).toBe('TypeError')
    expect(await tryFetch(stranger, '/write', 'PUT')).toBe('TypeError')
  })

  it('HTTP-8: a form of another site is refused, the own one is not', async () => {
    const tab = await browser.newPage()
    await tab.goto(at(api, '/login'))
    const target = encodeURIComponent(at(api, '/transfer'))
    // 127.0.0.1 and localhost are different sites, and the cookie is one that crosses them.
    await tab.goto(at(stranger, `/attack?target=${target}`, '127.0.0.1'))
    await tab.waitForURL(at(api, '/transfer'))
    expect(await tab.textContent('body')).toContain('csrf_refused')
    expect(transfers).toEqual([])
    await tab.goto(at(api, '/form'))
    await tab.click('button')
    await tab.waitForURL(at(api, '/transfer'))
    expect(await tab.textContent('body')).toBe('transferred')
    expect(transfers).toEqual([`http://localhost:${api.port}`])
    await tab.context().close()
  })

  it('RESP-6: the browser keeps the cookies we write, and sends them as SameSite says', async () => {
    const tab = await browser.newPage()
    await tab.goto(at(api, '/login'))
    await tab.goto(at(api, '/cookies'))
    expect(JSON.parse((await tab.textContent('body')) ?? '')).toEqual({
      session: 'none',
      strict: 'strict',
      lax: 'lax',
      host: 'host',
    })
    await tab.goto(at(stranger, '/', '127.0.0.1'))
    await Promise.all([
      tab.waitForURL(at(api, '/cookies')),
      tab.evaluate(
        (url) => {
          location.href = url
        },
        at(api, '/cookies'),
      ),
    ])
    const crossSite = JSON.parse((await tab.textContent('body')) ?? '')
    expect(crossSite).toMatchObject({ session: 'none', lax: 'lax' })
    expect(crossSite).not.toHaveProperty('strict')
    await tab.context().close()
  })

  describe('FND-24: with a password that the browser keeps for this server', {
    timeout: LAUNCH_MS,
  }, () => {
    const moved: string[] = []

    const bank = async (options: { readonly browser?: { readonly csrf: false } }) => {
      const app = createApp({
        name: 'bank',
        log: { logger: quiet },
        ...options,
        auth: [
          {
            authenticate: ({ headers }) =>
              headers.get('authorization') === `Basic ${btoa('ann:pw')}`
                ? new AuthContext({ subject: 'ann' })
                : null,
            surfaces: ['api', 'mcp', 'cli'],
            scheme: { type: 'http', scheme: 'basic' },
          },
        ],
      })
      app.get('/form', () =>
        html('<!doctype html><form method="post" action="/transfer"><button>send</button></form>'),
      )
      app.post('/transfer', (_args, call) => {
        moved.push(call.request.headers.get('sec-fetch-site') ?? 'unsaid')
        return 'transferred'
      })
      return serve(app, { port: 0, host: '0.0.0.0', signals: false })
    }

    /** Logs in, as in the browser's own dialog, and then visits the page of somebody else. */
    async function visit(server: RunningServer) {
      const context = await browser.newContext()
      const tab = await context.newPage()
      await tab.goto(at(server, '/form').replace('//', '//ann:pw@'))
      expect(await tab.textContent('button')).toBe('send')
      return { context, tab }
    }

    it('the form of another site is refused, that of the server is not', async () => {
      const server = await bank({})
      const { context, tab } = await visit(server)
      const target = at(server, '/transfer')
      await tab.goto(at(stranger, `/attack?target=${encodeURIComponent(target)}`, '127.0.0.1'))
      await tab.waitForURL(target)
      expect(await tab.textContent('body')).toContain('csrf_refused')
      const seen = await tab
        .goto(at(stranger, '/', '127.0.0.1'))
        .then(() =>
          tab.evaluate(
            (url) => fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include' }),
            target,
          ),
        )
      expect(seen).toBeDefined()
      expect(moved).toEqual([])
      await tab.goto(at(server, '/form'))
      await tab.click('button')
      await tab.waitForURL(target)
      expect(await tab.textContent('body')).toBe('transferred')
      expect(moved.splice(0)).toEqual(['same-origin'])
      await context.close()
      await server.close()
    })

    it('without the protection the browser itself would have moved the money', async () => {
      const server = await bank({ browser: { csrf: false } })
      const { context, tab } = await visit(server)
      const target = at(server, '/transfer')
      await tab.goto(at(stranger, `/attack?target=${encodeURIComponent(target)}`, '127.0.0.1'))
      await tab.waitForURL(target)
      expect(await tab.textContent('body')).toBe('transferred')
      expect(moved.splice(0)).toEqual(['cross-site'])
      await context.close()
      await server.close()
    })
  })
})
