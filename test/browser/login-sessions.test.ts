import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { accounts } from '../../packages/trefoil/src/accounts.ts'
import { database } from '../../packages/trefoil/src/database.ts'
import { createApp, html, query } from '../../packages/trefoil/src/index.ts'
import { jobQueue } from '../../packages/trefoil/src/jobs.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { ADA, KEYS, PASSWORD } from '../accounts/accounts-app.ts'
import { BROWSER_PATH, LAUNCH_MS, launchBrowser } from './browser.ts'

/** A browser on a machine that has other things to do. */
const SLOW = { timeout: 90_000 }

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

/** Signing in with a cookie as a real browser does it, on `http://localhost`, and what other sites can do. */
describe.skipIf(BROWSER_PATH === null)('login sessions of a browser', () => {
  let browser: Browser
  let server: RunningServer
  let stranger: RunningServer
  const changes: unknown[] = []

  beforeAll(async () => {
    browser = await launchBrowser()
    const data = database<never>({ url: ':memory:', migrate: 'start' })
    const jobs = jobQueue({ data })
    const mails: { readonly text: string }[] = []
    const people = accounts({
      data,
      jobs,
      keys: KEYS,
      appUrl: 'http://localhost',
      mailer: { send: (mail) => void mails.push(mail) },
    })
    const shop = createApp({
      name: 'shop',
      env: {},
      log: { logger: quiet },
      auth: [{ authenticate: people.sessionAuth, surfaces: ['api'] }],
      parts: [data, jobs, people],
    })
    shop.get('/', { public: true }, () => html('<!doctype html><title>shop</title>'))
    shop.get('/me', (_, call) => ({ kind: call.auth.kind }))
    shop.post('/change', (_, call) => {
      changes.push(call.auth.subject)
      return 'changed'
    })
    const other = createApp({
      log: { logger: quiet },
      edge: { hosts: ['*'], security: 'off' },
    })
    other.get('/', { params: { target: query(z.string()) } }, ({ target }) =>
      html(`<!doctype html><form method="post" action="${target}">
        <input name="email" value="${ADA}"><input name="password" value="${PASSWORD}">
        <input name="mode" value="cookie"></form><script>document.forms[0].submit()</script>`),
    )
    server = await serve(shop, { port: 0, host: '0.0.0.0', signals: false })
    stranger = await serve(other, { port: 0, host: '0.0.0.0', signals: false })
    const { http } = testClient(shop, { lifespan: false })
    await http.post('/auth/register', { json: { email: ADA, password: PASSWORD } })
    await jobs.runDue()
    const [, token] = /token=([A-Za-z0-9._~-]+)/.exec(mails[0]?.text ?? '') ?? []
    expect((await http.post('/auth/verify-email', { json: { token } })).status).toBe(200)
  }, LAUNCH_MS)

  afterAll(async () => {
    await browser?.close()
    for (const one of [server, stranger]) await one?.close()
  })

  const at = (path: string) => `http://localhost:${server.port}${path}`

  async function send(page: Page, method: string, path: string, body?: unknown) {
    return page.evaluate(
      async ([verb, url, json]) => {
        const init = { method: verb as string, credentials: 'same-origin' as const }
        const sent =
          json === null
            ? init
            : { ...init, headers: { 'content-type': 'application/json' }, body: json as string }
        const answer = await fetch(url as string, sent)
        return { status: answer.status, text: await answer.text() }
      },
      [method, path, body === undefined ? null : JSON.stringify(body)],
    )
  }

  /** A form of a page of another site, sent by the browser of a visitor. */
  async function attacked(page: Page, path: string): Promise<string> {
    // 127.0.0.1 and localhost are different sites.
    const target = encodeURIComponent(at(path))
    await page.goto(`http://127.0.0.1:${stranger.port}/?target=${target}`)
    await page.waitForURL(at(path))
    return (await page.textContent('body')) ?? ''
  }

  it(
    'COOK-1, SW-33, SW-35: signs in, is known, is safe from other sites, signs out',
    SLOW,
    async () => {
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(at('/'))
      expect((await send(page, 'GET', '/me')).status).toBe(401)

      const login = { email: ADA, password: PASSWORD, mode: 'cookie' }
      const answer = await send(page, 'POST', '/auth/login', login)
      expect(answer.status).toBe(200)
      expect(answer.text).not.toContain('tfl_')
      const cookies = await context.cookies(at('/'))
      expect(cookies.find(({ name }) => name === '__Host-trefoil_login')).toMatchObject({
        httpOnly: true,
        secure: true,
        sameSite: 'Lax',
        path: '/',
      })
      expect(await page.evaluate(() => document.cookie)).toBe('')

      const me = await send(page, 'GET', '/me')
      expect([me.status, JSON.parse(me.text)]).toEqual([
        200,
        expect.objectContaining({ kind: 'person' }),
      ])
      const listed = await send(page, 'GET', '/auth/sessions')
      expect(JSON.parse(listed.text).sessions).toEqual([
        expect.objectContaining({ current: true, device: expect.stringMatching(/^Chrome on /) }),
      ])
      expect((await send(page, 'POST', '/change')).status).toBe(200)
      expect(changes.length).toBe(1)

      const tab = await context.newPage()
      // Lax: the browser does not send it along; a Strict one neither, and of `none` the Origin decides.
      expect(await attacked(tab, '/change')).toContain('AUTHENTICATION_ERROR')
      expect(await attacked(tab, '/auth/logout')).toContain('csrf_refused')
      expect(changes.length).toBe(1)
      expect((await send(page, 'GET', '/me')).status).toBe(200)

      const stolen = await context.cookies(at('/'))
      expect((await send(page, 'POST', '/auth/logout')).status).toBe(204)
      expect(await context.cookies(at('/'))).toEqual([])
      // Whoever has kept the cookie has nothing of it.
      await context.addCookies(stolen)
      expect((await send(page, 'GET', '/me')).status).toBe(401)
      await context.close()
    },
  )

  it('another site cannot sign a visitor in (login CSRF)', SLOW, async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    expect(await attacked(page, '/auth/login')).toContain('csrf_refused')
    expect(await context.cookies(at('/'))).toEqual([])
    await context.close()
  })
})
