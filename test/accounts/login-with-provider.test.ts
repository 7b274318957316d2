import { describe, expect, it } from 'vitest'
import { tripCookies } from '../../packages/trefoil/src/features/accounts/providers/trips/trip-cookie.ts'
import { Browser, pkce, providerWorld } from './provider-world.ts'

const ADA = 'ada@example.com'
const VERIFIED = { email: ADA, email_verified: true }

const ELSEWHERE = [
  'javascript:alert(1)',
  'data:text/html,x',
  '//evil.com',
  '/\\evil.com',
  '\\\\evil.com',
  'https://localhost@evil.com',
  'https://evil.com\\@localhost',
  '\thttps://evil.com',
  ' https://evil.com',
  'https:evil.com',
  'https://shop.example@evil.com/',
  'https://evil.com@shop.example/',
  'http://shop.example/',
  'https://shop.example:444/',
  'https://spa.example.evil.com/',
  '/%0d%0a\r\nset-cookie: a=b',
  'http://localhost/',
  'orders',
]
const OURS = [
  ['/ok', 'https://shop.example/ok'],
  ['/ok?x=1#y', 'https://shop.example/ok?x=1#y'],
  ['https://spa.example', 'https://spa.example/'],
  ['https://shop.example/a', 'https://shop.example/a'],
] as const

describe('login with a provider', () => {
  it('S-OA-1: sends the browser there, with PKCE, state, nonce, and a cookie of this browser', async () => {
    await using it_ = await providerWorld()
    const browser = new Browser(it_.world)
    const sent = await browser.get('/oauth/idp/login?next=/orders')
    expect(sent.status).toBe(303)
    const url = new URL(sent.location)
    expect(url.origin).toBe(it_.idp.issuer)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'shop',
      redirect_uri: 'https://shop.example/auth/oauth/idp/callback',
      scope: 'openid email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    expect(sent.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-trefoil_oauth_[0-9a-f]{12}=[\w-]{43}; Max-Age=600; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
      ),
    ])
    expect(sent.headers.get('cache-control')).toBe('no-store')
    const unknown = await browser.get('/oauth/github/login')
    expect([unknown.status, unknown.body['detail']]).toEqual([404, 'Provider not configured'])
  })

  it('S-OA-3: makes an account the first time, and comes to it from then on', async () => {
    await using it_ = await providerWorld()
    it_.idp.people.set('sub-1', VERIFIED)
    const browser = new Browser(it_.world)
    const back = await browser.signIn(it_.idp, 'sub-1', '/oauth/idp/login?next=/orders?a=1')
    expect([back.status, back.location]).toEqual([303, 'https://shop.example/orders?a=1'])
    expect(JSON.stringify(back.body)).not.toMatch(/token/)
    const { body } = await browser.me()
    expect(body).toMatchObject({ email: ADA, kind: 'person', has_password: false })
    const again = new Browser(it_.world)
    // Its address counts no more: the id does.
    it_.idp.people.set('sub-1', { email: 'eve@example.com', email_verified: false })
    expect((await again.signIn(it_.idp, 'sub-1')).location).toBe('https://shop.example/home')
    expect((await again.me()).body).toMatchObject({ id: body['id'], email: ADA })
    const kept = await it_.world.run('select * from trefoil_accounts_identities')
    expect(kept).toHaveLength(1)
    // No token of the provider is kept.
    expect(Object.keys(kept[0] ?? {}).sort()).toEqual(
      ['account_id', 'id', 'issuer', 'linked_at', 'provider', 'subject', 'used_at'].sort(),
    )
  })

  it('SW-23: in bearer mode ends with a code that is exchanged once, by whoever has the verifier', async () => {
    await using it_ = await providerWorld()
    it_.idp.people.set('sub-1', VERIFIED)
    const { verifier, challenge } = pkce()
    const browser = new Browser(it_.world)
    const without = await browser.get('/oauth/idp/login?mode=bearer')
    expect([without.status, without.code]).toEqual([400, 'code_challenge_required'])
    const path = `/oauth/idp/login?mode=bearer&code_challenge=${challenge}&next=https://spa.example/in?x=1`
    const { location, headers } = await browser.signIn(it_.idp, 'sub-1', path)
    const url = new URL(location)
    expect([url.origin, url.searchParams.get('x'), url.hash]).toEqual([
      'https://spa.example',
      '1',
      '',
    ])
    expect([...url.searchParams.keys()]).toEqual(['x', 'oauth_code'])
    expect(headers.getSetCookie().some((line) => /trefoil_login/.test(line))).toBe(false)
    const code = String(url.searchParams.get('oauth_code'))
    const app = new Browser(it_.world)
    const exchange = (more: object) => app.post('/oauth/exchange', { code, ...more })
    for (const more of [{}, { code_verifier: '' }, { code_verifier: pkce().verifier }]) {
      expect((await exchange(more)).code).toBe('invalid_code')
    }
    const all = await Promise.all(
      Array.from({ length: 20 }, () => exchange({ code_verifier: verifier })),
    )
    const won = all.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    const me = await it_.world.get('/me', String(won[0]?.body['access_token']))
    expect(me.body).toMatchObject({ email: ADA })
  })

  it('S-OA-5, MFA-2, SW-23: a second factor is asked for, and nothing of it stands in an address', async () => {
    await using it_ = await providerWorld({ accounts: { mfa: { enforceForAllUsers: true } } })
    it_.idp.people.set('sub-1', VERIFIED)
    const browser = new Browser(it_.world)
    const back = await browser.signIn(it_.idp, 'sub-1', '/oauth/idp/login?next=/in')
    expect(back.status).toBe(303)
    expect(back.headers.getSetCookie().join()).not.toMatch(/trefoil_login/)
    const { searchParams } = new URL(back.location)
    expect([...searchParams.keys()]).toEqual(['mfa', 'oauth_code'])
    const code = String(searchParams.get('oauth_code'))
    // Whoever has seen the address has not the browser's cookie.
    const thief = await new Browser(it_.world).post('/oauth/exchange', { code })
    expect(thief.code).toBe('invalid_code')
    const asked = await browser.post('/oauth/exchange', { code })
    expect([asked.status, asked.code, asked.body['needs']]).toEqual([401, 'MFA_REQUIRED', 'enrol'])
    expect(asked.body['pre_token']).toEqual(expect.any(String))
    expect(back.location).not.toContain(String(asked.body['pre_token']))
    expect((await browser.post('/oauth/exchange', { code })).code).toBe('invalid_code')
    expect((await browser.me()).status).toBe(401)
    // The account is there all the same, and the identity is its.
    expect(await it_.world.run('select id from trefoil_accounts_identities')).toHaveLength(1)
    const { verifier, challenge } = pkce()
    const path = `/oauth/idp/login?mode=bearer&code_challenge=${challenge}`
    const { location } = await browser.signIn(it_.idp, 'sub-1', path)
    const other = new URL(location).searchParams.get('oauth_code')
    const app = await browser.post('/oauth/exchange', { code: other, code_verifier: verifier })
    expect(app.code).toBe('MFA_REQUIRED')
  })

  it('a code is good for a minute', async () => {
    await using it_ = await providerWorld()
    it_.idp.people.set('sub-1', VERIFIED)
    const { verifier, challenge } = pkce()
    const browser = new Browser(it_.world)
    const path = `/oauth/idp/login?mode=bearer&code_challenge=${challenge}`
    const { location } = await browser.signIn(it_.idp, 'sub-1', path)
    it_.world.at += 60_000
    const code = new URL(location).searchParams.get('oauth_code')
    const late = await browser.post('/oauth/exchange', { code, code_verifier: verifier })
    expect(late.code).toBe('invalid_code')
  })

  it('a code opens nothing once the account was changed', async () => {
    await using it_ = await providerWorld()
    it_.idp.people.set('sub-1', VERIFIED)
    const { verifier, challenge } = pkce()
    const browser = new Browser(it_.world)
    const path = `/oauth/idp/login?mode=bearer&code_challenge=${challenge}`
    const { location } = await browser.signIn(it_.idp, 'sub-1', path)
    // As by a reset of the password, with which everybody of before is out.
    await it_.world.run('update trefoil_accounts set epoch = epoch + 1 returning id')
    const code = new URL(location).searchParams.get('oauth_code')
    const after = await browser.post('/oauth/exchange', { code, code_verifier: verifier })
    expect(after.code).toBe('invalid_code')
  })

  it('S-OA-6, SW-24: what it ends with is renewed where all others are, and by its owner alone', async () => {
    await using it_ = await providerWorld()
    const { world, idp } = it_
    idp.people.set('sub-1', VERIFIED)
    const { verifier, challenge } = pkce()
    const browser = new Browser(world)
    const path = `/oauth/idp/login?mode=bearer&code_challenge=${challenge}`
    const { location } = await browser.signIn(idp, 'sub-1', path)
    const code = new URL(location).searchParams.get('oauth_code')
    const { body } = await browser.post('/oauth/exchange', { code, code_verifier: verifier })
    const renewed = await world.post('/refresh', { refresh_token: body['refresh_token'] })
    expect(renewed.status).toBe(200)
    // Somebody else's session beside it changes nothing about whose it is.
    const other = await world.enter('bob@example.com')
    const refresh = { refresh_token: renewed.body['refresh_token'] }
    const again = await world.post('/refresh', refresh, other)
    expect((await world.get('/me', String(again.body['access_token']))).body['email']).toBe(ADA)
    await world.run('update trefoil_accounts set disabled_at = 1, epoch = epoch + 1 returning id')
    const last = await world.post('/refresh', { refresh_token: again.body['refresh_token'] })
    expect([last.status, last.code]).toEqual([401, 'account_disabled'])
    const none = await world.post('/refresh', {})
    expect([none.status, none.code]).toEqual([401, 'missing_refresh_token'])
  })
})

describe('what comes back is of this browser, this login, this provider', () => {
  it('GHSA-wxw3-q3m9-c3jr: a state of another browser, none, or one that was used is refused', async () => {
    await using it_ = await providerWorld()
    it_.idp.people.set('sub-1', VERIFIED)
    it_.idp.who = 'sub-1'
    const [victim, attacker] = [new Browser(it_.world), new Browser(it_.world)]
    const url = await attacker.away(it_.idp)
    const planted = await victim.back(url)
    expect([planted.status, planted.code]).toEqual([400, 'invalid_state'])
    // Also while the victim is on a way of its own.
    await victim.away(it_.idp)
    expect((await victim.back(url)).code).toBe('invalid_state')
    // Whoever knows the state knows the cookie's name, and not what is in it.
    const known = tripCookies(true).nameOf(String(url.searchParams.get('state')))
    const guessed = await victim.back(url, { cookie: `${known}=${'A'.repeat(43)}` })
    expect(guessed.code).toBe('invalid_state')
    for (const state of [undefined, '', 'x', 'A'.repeat(43)]) {
      const other = new URL(url)
      if (state === undefined) other.searchParams.delete('state')
      else other.searchParams.set('state', state)
      expect((await attacker.back(other)).code).toBe('invalid_state')
    }
    // None of them used it up.
    expect((await attacker.back(url)).status).toBe(303)
    expect((await attacker.back(url)).code).toBe('invalid_state')
    expect((await victim.me()).status).toBe(401)
  })

  it('of twenty who come back with one answer at the same time one is signed in', async () => {
    await using it_ = await providerWorld()
    it_.idp.people.set('sub-1', VERIFIED)
    it_.idp.who = 'sub-1'
    const browser = new Browser(it_.world)
    const url = await browser.away(it_.idp)
    const all = await Promise.all(Array.from({ length: 20 }, () => browser.back(url)))
    expect(all.filter(({ status }) => status === 303)).toHaveLength(1)
    expect(all.filter(({ code }) => code === 'invalid_state')).toHaveLength(19)
  })

  it('a state is good for ten minutes', async () => {
    await using it_ = await providerWorld()
    it_.idp.people.set('sub-1', VERIFIED)
    it_.idp.who = 'sub-1'
    const browser = new Browser(it_.world)
    const url = await browser.away(it_.idp)
    it_.world.at += 600_000
    expect((await browser.back(url)).code).toBe('invalid_state')
  })

  it('mixed up: the answer of one provider is not taken at the callback of another', async () => {
    await using it_ = await providerWorld()
    it_.idp.people.set('sub-1', VERIFIED)
    it_.idp.who = 'sub-1'
    const browser = new Browser(it_.world)
    const url = await browser.away(it_.idp)
    const mixed = new URL(url)
    mixed.pathname = '/auth/oauth/other/callback'
    expect((await browser.back(mixed)).code).toBe('invalid_state')
    expect(it_.other.asked.filter((path) => path === '/token')).toEqual([])
  })

  it('RFC 9207: a wrong iss is refused, and so is none where the provider says it sends one', async () => {
    await using it_ = await providerWorld()
    it_.idp.people.set('sub-1', VERIFIED)
    it_.idp.who = 'sub-1'
    for (const iss of ['https://evil.example', it_.other.issuer, `${it_.idp.issuer}/`, null]) {
      const browser = new Browser(it_.world)
      const url = await browser.away(it_.idp)
      expect(url.searchParams.get('iss')).toBe(it_.idp.issuer)
      if (iss === null) url.searchParams.delete('iss')
      else url.searchParams.set('iss', iss)
      const back = await browser.back(url)
      expect([back.status, back.code]).toEqual([400, 'provider_answer_refused'])
    }
    expect(it_.idp.asked.filter((path) => path === '/token')).toEqual([])
  })

  it('S-OA-2: what the provider says instead of yes goes on, in words of the standard alone', async () => {
    await using it_ = await providerWorld()
    const browser = new Browser(it_.world)
    const url = await browser.away(it_.idp)
    expect(url.searchParams.get('error')).toBe('access_denied')
    expect((await browser.back(url)).location).toBe(
      'https://shop.example/home?oauth_error=access_denied',
    )
    const again = await browser.away(it_.idp)
    again.searchParams.set('error', '<script>')
    again.searchParams.set('error_description', 'Call this number')
    expect((await browser.back(again)).location).toBe(
      'https://shop.example/home?oauth_error=server_error',
    )
    // Nobody who has no state can have it say anything.
    const nobody = await browser.get('/oauth/idp/callback?error=access_denied')
    expect(nobody.code).toBe('invalid_state')
  })

  it('V-16, SW-23: is sent on to nobody else, however a browser reads it', async () => {
    await using it_ = await providerWorld()
    const browser = new Browser(it_.world)
    for (const next of ELSEWHERE) {
      const answer = await browser.get(`/oauth/idp/login?next=${encodeURIComponent(next)}`)
      expect([next, answer.status, answer.code]).toEqual([next, 400, 'redirect_not_allowed'])
      expect(answer.headers.getSetCookie()).toEqual([])
    }
    for (const [next, target] of OURS) {
      const away = await browser.away(it_.idp, `/oauth/idp/login?next=${encodeURIComponent(next)}`)
      const { location } = await browser.back(away)
      expect(location.replace(/[?&]oauth_error=access_denied/, '')).toBe(target)
    }
  })

  it('CVE-2025-71401: neither Host nor forwarded headers change where anybody is sent', async () => {
    await using it_ = await providerWorld()
    const browser = new Browser(it_.world)
    // The first request of all, which others would have it learned from.
    const first = await browser.get('/oauth/idp/login', { host: 'evil.example' })
    expect(first.location).not.toMatch(/evil/)
    const { location } = await browser.get('/oauth/idp/login', {
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example;proto=http',
    })
    expect(new URL(location).searchParams.get('redirect_uri')).toBe(
      'https://shop.example/auth/oauth/idp/callback',
    )
    expect((await browser.back(await it_.idp.visit(location))).location).toMatch(
      /^https:\/\/shop\.example\/home/,
    )
  })
})
