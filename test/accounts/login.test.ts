import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Account } from '../../packages/trefoil/src/accounts.ts'
import { HttpError, Secret } from '../../packages/trefoil/src/index.ts'
import { workOf } from '../support/work-count.ts'
import { type AccountsApp, ADA, accountsApp, OTHER_PASSWORD, PASSWORD } from './accounts-app.ts'

const CLIENT_SECRET = 'a client secret of tests'

describe('login', () => {
  let it_: AccountsApp
  const seen: Account[] = []
  let refused: unknown = null

  beforeAll(async () => {
    it_ = await accountsApp({
      usernames: true,
      clients: {
        phone: { firstParty: true },
        partner: { secret: new Secret(CLIENT_SECRET) },
      },
      onLogin: (account) => {
        seen.push(account)
        if (refused !== null) throw refused
      },
    })
    await it_.person(ADA, PASSWORD, { username: 'ada' })
    await it_.person('disabled@example.com')
    await it_.person('links@example.com')
    await it_.data.unit(async (db) => {
      const table = () => db.updateTable('trefoil_accounts')
      await table()
        .set({ disabled_at: it_.at })
        .where('email', '=', 'disabled@example.com')
        .execute()
      await table().set({ password: null }).where('email', '=', 'links@example.com').execute()
    })
    await it_.post('/register', { email: 'pending@example.com', password: PASSWORD })
  })
  afterAll(() => it_[Symbol.asyncDispose]())

  const login = (body: Record<string, unknown>) => it_.post('/login', body)

  it.each([
    ['right', { email: ADA, password: PASSWORD }, 200, undefined],
    ['right, by user name', { username: 'Ada', password: PASSWORD }, 200, undefined],
    ['wrong', { email: ADA, password: OTHER_PASSWORD }, 400, 'LOGIN_BAD_CREDENTIALS'],
    ['empty', { email: ADA, password: '' }, 400, 'LOGIN_BAD_CREDENTIALS'],
    ['too long', { email: ADA, password: 'x'.repeat(1500) }, 400, 'LOGIN_BAD_CREDENTIALS'],
    ['unknown', { email: 'no@example.com', password: PASSWORD }, 400, 'LOGIN_BAD_CREDENTIALS'],
    ['nobody', { password: PASSWORD }, 400, 'LOGIN_BAD_CREDENTIALS'],
    ['no address', { email: 'a b', password: PASSWORD }, 400, 'LOGIN_BAD_CREDENTIALS'],
    ['no password set', { email: 'links@example.com', password: '' }, 400, 'LOGIN_BAD_CREDENTIALS'],
    [
      'disabled, wrong',
      { email: 'disabled@example.com', password: OTHER_PASSWORD },
      400,
      'LOGIN_BAD_CREDENTIALS',
    ],
    [
      'disabled, right',
      { email: 'disabled@example.com', password: PASSWORD },
      401,
      'account_disabled',
    ],
    [
      'not proved, wrong',
      { email: 'pending@example.com', password: OTHER_PASSWORD },
      400,
      'LOGIN_BAD_CREDENTIALS',
    ],
    [
      'not proved, right',
      { email: 'pending@example.com', password: PASSWORD },
      400,
      'LOGIN_USER_NOT_VERIFIED',
    ],
  ])('S-LOGIN-2, SW-08: %s', async (_, body, status, detail) => {
    const answer = await login(body)
    expect([answer.status, answer.body['detail']]).toEqual([status, detail])
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('takes the form of OAuth, and answers with a pair of tokens', async () => {
    const form = new URLSearchParams({
      grant_type: 'password',
      username: ADA,
      password: PASSWORD,
      scope: '',
      client_id: '',
      client_secret: '',
    })
    const answer = await it_.client.http.post('/auth/login', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    })
    expect([answer.status, answer.json()]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^tfl_at_/),
        refresh_token: expect.any(String),
        token_type: 'bearer',
        expires_in: 900,
        device_token: expect.any(String),
      },
    ])
    const { access_token } = answer.json<{ access_token: string }>()
    expect(await it_.me(access_token)).toMatchObject({ status: 200, body: { kind: 'person' } })
  })

  it('takes what a form sends empty as left out, whichever of its fields it is', async () => {
    const form = { email: ADA, username: '', password: PASSWORD, mode: '', device_token: '' }
    const answer = await it_.client.http.post('/auth/login', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    })
    expect(answer.status).toBe(200)
    expect(answer.json()).toHaveProperty('access_token')
    const browser = it_.browser()
    await browser.http.post('/auth/login', {
      json: { email: ADA, password: PASSWORD, mode: 'cookie' },
    })
    const renewed = await browser.http.post('/auth/refresh', { json: { refresh_token: '' } })
    const without = await browser.http.post('/auth/refresh', { json: {} })
    expect([renewed.status, renewed.text]).toEqual([without.status, without.text])
  })

  it('S-LOGIN-4: signs a browser in by a cookie, and shows it no token', async () => {
    const browser = it_.browser()
    const answer = await browser.http.post('/auth/login', {
      json: { email: ADA, password: PASSWORD, mode: 'cookie' },
    })
    expect(answer.json()).toEqual({ mode: 'cookie', expires_in: expect.any(Number) })
    const cookies = answer.headers.getSetCookie()
    expect(cookies).toHaveLength(2)
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^__Host-trefoil_(login|device)=/)
      expect(cookie).toMatch(/HttpOnly/i)
      expect(cookie).toMatch(/SameSite=lax/i)
    }
  })

  it.each([
    ['the right secret', 'partner', CLIENT_SECRET, 200, undefined],
    ['no secret', 'partner', '', 401, 'client_credentials_required'],
    ['a wrong one', 'partner', 'another secret of tests', 401, 'invalid_client_credentials'],
    ['a public client', 'phone', undefined, 200, undefined],
    ['a public one with a secret', 'phone', CLIENT_SECRET, 401, 'invalid_client_credentials'],
    ['a client nobody knows', 'else', CLIENT_SECRET, 401, 'invalid_client_credentials'],
    ['a secret of nobody', '', CLIENT_SECRET, 401, 'client_credentials_required'],
  ])('SW-31: asks for the client: %s', async (_, client_id, client_secret, status, detail) => {
    const body = { email: ADA, password: PASSWORD, client_id, client_secret }
    const answer = await login(body)
    expect([answer.status, answer.body['detail']]).toEqual([status, detail])
    // The twin of the path is no way past it.
    const twin = await it_.client.http.post('/auth/login/', { json: body })
    expect([404, status]).toContain(twin.status)
  })

  it('S-LOGIN-6, SW-39: onLogin is called with the account, no hash, and may refuse', async () => {
    seen.length = 0
    expect((await login({ email: ADA, password: OTHER_PASSWORD })).status).toBe(400)
    expect(seen).toEqual([])
    refused = new HttpError(403, 'Not at night')
    const answer = await login({ email: ADA, password: PASSWORD })
    refused = null
    expect([answer.status, answer.body['detail']]).toEqual([403, 'Not at night'])
    expect(seen).toMatchObject([{ email: ADA, username: 'ada', kind: 'person' }])
    expect(JSON.stringify(seen)).not.toContain('argon2')
    const [{ id = '' } = {}] = seen
    expect(Object.isFrozen(seen[0])).toBe(true)
    const sessions = it_.data.state.run('select id from trefoil_login_sessions where subject = ?', [
      id,
    ])
    const before = (await sessions).length
    refused = new Error('broken')
    expect((await login({ email: ADA, password: PASSWORD })).status).toBe(500)
    refused = null
    const after = await it_.data.state.run(
      'select id from trefoil_login_sessions where subject = ?',
      [id],
    )
    expect(after).toHaveLength(before)
  })

  it('S-LOGIN: notes the last login', async () => {
    it_.at += 60_000
    await login({ email: ADA, password: PASSWORD })
    await it_.client.idle()
    expect((await it_.account())?.['last_login_at']).toBe(it_.at)
  })

  it('is no tool, no command and not to be called by other sites', async () => {
    const tools = await it_.browser().mcp.listTools()
    expect(JSON.stringify(tools)).not.toMatch(/login|password|register/)
    const answer = await it_.client.http.post('/auth/login', {
      headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      json: { email: ADA, password: PASSWORD },
    })
    expect(answer.status).toBe(403)
  })
})

describe('login and the password that it was right with', () => {
  it('S-LOGIN, SW-39: is hashed with the figures of today, silently', async () => {
    await using before = await accountsApp({ passwordHashing: { passes: 2 } })
    await before.person()
    const old = String((await before.account())?.['password'])
    await using it = await accountsApp({ passwordHashing: { passes: 3 } })
    await it.person()
    await it.data.unit((db) => db.updateTable('trefoil_accounts').set({ password: old }).execute())
    expect((await it.signIn(ADA, OTHER_PASSWORD)).status).toBe(400)
    await it.client.idle()
    expect((await it.account())?.['password']).toBe(old)
    const { token } = await it.signIn()
    await it.client.idle()
    const renewed = String((await it.account())?.['password'])
    expect(renewed).toContain('t=3')
    // Nobody's session ends by it.
    expect((await it.me(token)).status).toBe(200)
    expect((await it.signIn()).status).toBe(200)
  })

  it('S-LOGIN-3, SW-01: locks after five, the right one as well, and a reset opens it (LOCK-7)', async () => {
    await using it = await accountsApp()
    await it.person()
    for (let n = 0; n < 4; n++) expect((await it.signIn(ADA, OTHER_PASSWORD)).status).toBe(400)
    const fifth = await it.signIn(ADA, OTHER_PASSWORD)
    expect([fifth.status, fifth.body['code']]).toEqual([429, 'account_locked'])
    expect(fifth.headers.get('retry-after')).toBe('30')
    expect((await it.signIn()).status).toBe(429)
    // The path by the mailbox stays open.
    expect((await it.post('/forgot-password', { email: ADA })).status).toBe(202)
    const token = await it.tokenFor(ADA)
    const reset = await it.post('/reset-password', { token, password: OTHER_PASSWORD })
    expect(reset.status).toBe(200)
    expect((await it.signIn(ADA, OTHER_PASSWORD)).status).toBe(200)
  })
})

describe('a registration of somebody else', () => {
  it.each([true, false])(
    'SW-01, LOCK-5: is no way to guess at an account past its lock: account %s',
    async (isThere) => {
      await using it = await accountsApp({ rates: { mail: false } })
      if (isThere) await it.person()
      const codes: unknown[] = []
      for (let n = 0; n < 5; n++) {
        it.at += 1000
        const body = { email: ADA, password: `a guess of a stranger, the ${n}.` }
        await it.post('/register', body)
        codes.push((await it.post('/login', body)).body['code'])
      }
      const pending = 'login_user_not_verified'
      expect(codes).toEqual([pending, pending, pending, pending, 'account_locked'])
      expect((await it.signIn()).status).toBe(429)
      // Nor is it one to hashes: a try has two at most.
      const last = { email: ADA, password: 'a guess of a stranger, the 4.' }
      expect((await workOf(() => it.post('/login', last))).hashes).toEqual([])
    },
  )

  it('LOCK-7: whoever was too early gets in once the mailbox is proved', async () => {
    await using it = await accountsApp()
    await it.post('/register', { email: ADA, password: PASSWORD })
    for (let n = 0; n < 6; n++) await it.signIn()
    expect((await it.signIn()).body['code']).toBe('account_locked')
    await it.post('/verify-email', { token: await it.tokenFor(ADA) })
    expect((await it.signIn()).status).toBe(200)
  })
})

describe('options of logins', () => {
  it.each([
    [{ requireClient: true }, 'clients: { web: { firstParty: true } }'],
    [{ clients: { web: null } }, "client 'web'"],
    [{ clients: { web: { secret: 'short' } } }, '16'],
    [{ clients: { web: { firstparty: true } } }, 'firstparty'],
    [{ clients: { web: { firstParty: 'yes' } } }, 'firstParty'],
    [{ clients: { web: { secret: 7 } } }, 'secret'],
  ])('%j are refused at start-up', async (options, words) => {
    await expect(accountsApp(options as object)).rejects.toThrow(words)
  })

  it('requireClient asks everybody', async () => {
    await using it = await accountsApp({ requireClient: true, clients: { web: {} } })
    const answer = await it.signIn()
    expect([answer.status, answer.body['code']]).toEqual([401, 'client_credentials_required'])
  })
})
