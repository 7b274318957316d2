import { createServer } from 'node:net'
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { accounts, requireFreshAuth } from '../../packages/trefoil/src/accounts.ts'
import { database } from '../../packages/trefoil/src/database.ts'
import { createApp, html, reply } from '../../packages/trefoil/src/index.ts'
import { jobQueue } from '../../packages/trefoil/src/jobs.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { ADA, KEYS, PASSWORD } from '../accounts/accounts-app.ts'
import { BROWSER_PATH, LAUNCH_MS, launchBrowser } from './browser.ts'

const SLOW = { timeout: 120_000 }
const BOB = 'bob@example.com'
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
/** Nothing but what comes from here. */
const CSP = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"

const PAGE = `<!doctype html><html lang="en"><title>shop</title>
<form><label>Password <input type="password" name="current_password"></label>
<label>Name <input name="name"></label>
<button type="button" id="register" data-passkey="register" data-next="/done" data-status="said" hidden>Add</button></form>
<form><input type="hidden" name="pre_token" id="pre_token">
<button type="button" id="second" data-passkey="second-factor" data-next="/done" data-status="said" hidden>Go on</button></form>
<button type="button" id="login" data-passkey="login" data-next="https://evil.example/" data-status="said"
  data-cancelled="Nothing was touched" hidden>Sign in</button>
<output id="said"></output><script src="/auth/passkeys/script.js"></script></html>`

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

interface Sent {
  readonly status: number
  readonly json: Record<string, unknown>
}

/** A browser of a person, with a device in it that has passkeys. */
interface Person {
  readonly context: BrowserContext
  readonly page: Page
  readonly cdp: CDPSession
  readonly authenticatorId: string
}

/** Real passkeys in a real browser, on `http://localhost`, and what other sites can do with them. */
describe.skipIf(BROWSER_PATH === null)('passkeys in a browser', () => {
  let browser: Browser
  let server: RunningServer
  let stranger: RunningServer
  const violations: string[] = []
  const sent: string[] = []

  beforeAll(async () => {
    browser = await launchBrowser()
    const port = await freePort()
    const data = database<never>({ url: ':memory:', migrate: 'start' })
    const jobs = jobQueue({ data })
    const mails: { readonly to: string; readonly text: string }[] = []
    const people = accounts({
      data,
      jobs,
      keys: KEYS,
      appUrl: `http://localhost:${port}`,
      mailer: { send: (mail) => void mails.push(mail) },
      passwordPolicy: { breachCheck: false },
      passkeys: {},
    })
    const shop = createApp({
      name: 'shop',
      env: {},
      log: { logger: quiet },
      auth: [{ authenticate: people.sessionAuth, surfaces: ['api'] }],
      edge: { hosts: ['*'] },
      parts: [data, jobs, people],
    })
    const page = () => reply(html(PAGE), { headers: { 'content-security-policy': CSP } })
    shop.get('/', { public: true }, page)
    shop.get('/done', { public: true }, page)
    shop.get('/whoami', (_, call) => ({ methods: call.auth.session?.methods }))
    shop.post('/secret', { guards: [requireFreshAuth('5m', ['passkey'])] }, () => 'shown')
    const other = createApp({ log: { logger: quiet }, edge: { hosts: ['*'], security: 'off' } })
    other.get('/', () => html('<!doctype html><title>other</title>'))
    server = await serve(shop, { port, host: '0.0.0.0', signals: false })
    stranger = await serve(other, { port: 0, host: '0.0.0.0', signals: false })
    const { http } = testClient(shop, { lifespan: false })
    for (const email of [ADA, BOB]) {
      await http.post('/auth/register', { json: { email, password: PASSWORD } })
      const token = await vi.waitFor(async () => {
        await jobs.runDue()
        const text = mails.findLast(({ to }) => to === email)?.text ?? ''
        const [, found] = /token=([A-Za-z0-9._~-]+)/.exec(text) ?? []
        if (found === undefined) throw new Error('no mail yet')
        return found
      }, LAUNCH_MS / 2)
      expect((await http.post('/auth/verify-email', { json: { token } })).status).toBe(200)
    }
  }, LAUNCH_MS)

  afterAll(async () => {
    await browser?.close()
    for (const one of [server, stranger]) await one?.close()
  })

  const at = (path: string) => `http://localhost:${server.port}${path}`

  async function person(): Promise<Person> {
    const context = await browser.newContext()
    const page = await context.newPage()
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) violations.push(message.text())
    })
    page.on('pageerror', (error) => void violations.push(error.message))
    page.on('request', (request) => {
      if (request.url().endsWith('/passkeys/login')) sent.push(request.postData() ?? '')
    })
    const cdp = await context.newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    await page.goto(at('/'))
    return { context, page, cdp, authenticatorId }
  }

  function send(page: Page, method: string, path: string, body: unknown = {}): Promise<Sent> {
    return page.evaluate(
      async ([verb, url, json]) => {
        const headers = { 'content-type': 'application/json' }
        const sending = verb === 'GET' ? {} : { headers, body: json as string }
        const answer = await fetch(url as string, { method: verb as string, ...sending })
        const text = await answer.text()
        let read: unknown = { text }
        try {
          read = JSON.parse(text)
        } catch {}
        return { status: answer.status, json: Object(read) as Record<string, unknown> }
      },
      [method, path, JSON.stringify(body)],
    )
  }

  /** With the password, and a passkey made by the button of the page. */
  async function registered(email: string): Promise<Person> {
    const one = await person()
    const login = { email, password: PASSWORD, mode: 'cookie' }
    expect((await send(one.page, 'POST', '/auth/login', login)).status).toBe(200)
    await one.page.fill('[name=current_password]', PASSWORD)
    await one.page.fill('[name=name]', 'My laptop')
    await one.page.click('#register')
    // The page has no place for the codes, which are in no other answer: it goes nowhere before they were read.
    await one.page.waitForSelector('#register + section pre')
    expect(await one.page.textContent('#register + section pre')).toMatch(
      /^(?:[0-9a-z]{10}\n){7}[0-9a-z]{10}$/,
    )
    await one.page.click('#register + section a')
    await one.page.waitForURL(at('/done'))
    return one
  }

  /** What the page would send to sign in, unsent: signed by the device, for whoever asked. */
  function sign(page: Page, options: unknown, more: object = {}): Promise<object> {
    return page.evaluate(
      async ([given, changes]) => {
        const { challenge, ...rest } = given as { challenge: string }
        const bytes = (text: string) =>
          Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (one) =>
            one.charCodeAt(0),
          )
        const credential = await navigator.credentials.get({
          publicKey: { ...rest, challenge: bytes(challenge), ...(changes as object) },
        })
        return (credential as PublicKeyCredential).toJSON() as object
      },
      [options, more],
    )
  }

  it('MFA-1, SES-1: registers, signs in, steps up, is asked as second factor', SLOW, async () => {
    const { context, page } = await registered(ADA)
    const listed = await send(page, 'GET', '/auth/passkeys')
    expect(listed.json['passkeys']).toEqual([expect.objectContaining({ name: 'My laptop' })])
    expect((await send(page, 'POST', '/secret')).status).toBe(401)

    await page.click('#login')
    // Wherever the attribute says, it leads to a page of ours.
    await page.waitForURL(at('/'))
    expect((await send(page, 'GET', '/whoami')).json).toEqual({ methods: ['passkey'] })
    expect((await send(page, 'POST', '/secret')).status).toBe(200)

    await context.clearCookies()
    const login = { email: ADA, password: PASSWORD, mode: 'cookie' }
    const waiting = await send(page, 'POST', '/auth/login', login)
    expect(waiting).toMatchObject({ status: 401, json: { code: 'MFA_REQUIRED' } })
    expect(await context.cookies()).toEqual([])
    await page.evaluate(
      (token) => document.querySelector('#pre_token')?.setAttribute('value', token),
      String(waiting.json['pre_token']),
    )
    await page.click('#second')
    await page.waitForURL(at('/done'))
    expect((await send(page, 'GET', '/whoami')).json).toEqual({ methods: ['pwd', 'passkey'] })

    const before = await context.cookies(at('/'))
    await page.evaluate('TrefoilPasskeys.stepUp()')
    const after = await context.cookies(at('/'))
    const loginOf = (all: typeof before) => all.find(({ name }) => name.endsWith('_login'))?.value
    expect(loginOf(after)).not.toBe(loginOf(before))
    expect((await send(page, 'POST', '/secret')).status).toBe(200)
    expect(violations).toEqual([])
    await context.close()
  })

  it('is refused without looking at the person, elsewhere, and twice', SLOW, async () => {
    const { context, page, cdp, authenticatorId } = await registered(BOB)
    await context.clearCookies()
    const uv = { authenticatorId, isUserVerified: false }
    await cdp.send('WebAuthn.setUserVerified', uv)
    await page.click('#login')
    await page.waitForFunction(
      () => document.querySelector('#said')?.textContent === 'Nothing was touched',
    )
    const ask = async () => (await send(page, 'POST', '/auth/passkeys/login/start')).json
    const answerBy = (step: unknown, response: object) =>
      send(page, 'POST', '/auth/passkeys/login', { step, response, mode: 'cookie' })

    // A page that asks for less than we did gets a signature that says so.
    const unseen = await ask()
    const lax = await sign(page, unseen['options'], { userVerification: 'discouraged' })
    expect((await answerBy(unseen['step'], lax)).json['code']).toBe('passkey_refused')
    await cdp.send('WebAuthn.setUserVerified', { ...uv, isUserVerified: true })

    // Another site of the same domain, which hands on our challenge to its visitor.
    const relayed = await ask()
    await page.goto(`http://localhost:${stranger.port}/`)
    const theirs = await sign(page, relayed['options'])
    await page.goto(at('/'))
    expect((await answerBy(relayed['step'], theirs)).json['code']).toBe('passkey_refused')

    await Promise.all([page.waitForEvent('framenavigated'), page.click('#login')])
    await page.waitForLoadState()
    expect((await send(page, 'GET', '/whoami')).status).toBe(200)
    // The same once more, as somebody has it who saw it pass.
    const replayed = JSON.parse(sent.at(-1) ?? '{}')
    await context.clearCookies()
    const twice = await send(page, 'POST', '/auth/passkeys/login', replayed)
    expect(twice.json['code']).toBe('passkey_refused')
    const fresh = await ask()
    const other = await answerBy(fresh['step'], replayed.response)
    expect(other.json['code']).toBe('passkey_refused')
    expect(await context.cookies()).toEqual([])
    await context.close()
  })

  it('a page at an address is told where to go', SLOW, async () => {
    const { context, page } = await person()
    await page.goto(`http://127.0.0.1:${server.port}/`)
    expect(await page.isVisible('#login')).toBe(false)
    const said = await page.evaluate('TrefoilPasskeys.login().catch((error) => error.message)')
    expect(said).toContain(at('').slice(0, -1))
    await context.close()
  })

  it('the script is served by us, with its licence, and is asked for again', async () => {
    const answer = await fetch(at('/auth/passkeys/script.js'))
    const text = await answer.text()
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(text.length).toBeLessThan(24_000)
    const etag = answer.headers.get('etag') ?? ''
    const again = await fetch(at('/auth/passkeys/script.js'), {
      headers: { 'if-none-match': etag },
    })
    expect(again.status).toBe(304)
  })
})
