// A provider that lies, stalls and leads astray, and browsers that are led: what of it reaches people.
import { describe, expect, it } from 'vitest'
import {
  APP,
  Browser,
  type Landing,
  type ProviderWorld,
  pkce,
  providerWorld,
} from '../accounts/provider-world.ts'
import { type HostileProvider, hostileProvider } from '../support/hostile-provider.ts'
import { eventually } from './eventually.ts'

const ADA = 'ada@example.com'
const VERIFIED = { email: ADA, email_verified: true }
const DISCOVERY = '/.well-known/openid-configuration'

interface Hostile extends AsyncDisposable {
  readonly bad: HostileProvider
  readonly it_: ProviderWorld
}

async function hostile(options: Parameters<typeof providerWorld>[0] = {}): Promise<Hostile> {
  const bad = await hostileProvider()
  const provider = { issuer: bad.issuer, timeout: '10s', ...options.provider } as const
  const it_ = await providerWorld({ ...options, provider })
  return {
    bad,
    it_,
    async [Symbol.asyncDispose]() {
      await it_[Symbol.asyncDispose]()
      await bad[Symbol.asyncDispose]()
    },
  }
}

/** What the provider sends a browser back with. */
function wayBack(bad: HostileProvider, sent: Landing, more: Record<string, string> = {}): URL {
  const url = new URL(sent.location)
  bad.nonce = url.searchParams.get('nonce') ?? ''
  const back = new URL(`${APP}/auth/oauth/idp/callback`)
  const state = url.searchParams.get('state') ?? ''
  for (const [name, value] of Object.entries({ state, code: 'c', ...more })) {
    back.searchParams.set(name, value)
  }
  return back
}

async function signIn({ bad, it_ }: Hostile, browser = new Browser(it_.world)): Promise<Landing> {
  const sent = await browser.get('/oauth/idp/login')
  return sent.location === '' ? sent : browser.back(wayBack(bad, sent))
}

function isSignedIn({ headers }: Landing): boolean {
  return /trefoil_login=[^;]/.test(headers.getSetCookie().join())
}

describe('what it says', () => {
  const NONE = { id_token_signing_alg_values_supported: ['none', 'HS256', 'RS256', 'ES256'] }
  const later = (seconds: number) => Math.floor(Date.now() / 1000) + seconds
  it.each<[string, (bad: HostileProvider) => void, string]>([
    [
      'no algorithm, which it says it has',
      (bad) => {
        bad.metadata = NONE
        bad.head = { alg: 'none' }
        bad.tamper = (token) => token.replace(/[^.]*$/, '')
      },
      'provider_answer_refused',
    ],
    [
      'the public key for a secret',
      (bad) => {
        bad.metadata = NONE
        bad.hmac = true
        bad.head = { alg: 'HS256', kid: 'k1' }
      },
      'provider_answer_refused',
    ],
    [
      'another algorithm than its key',
      (bad) => {
        bad.metadata = NONE
        bad.head = { alg: 'RS256', kid: 'k1' }
      },
      'provider_answer_refused',
    ],
    ['a key in the token', (bad) => Object.assign(bad, { own: true }), 'provider_answer_refused'],
    [
      'a part of the head that has to be known',
      (bad) => Object.assign(bad, { head: { alg: 'ES256', kid: 'k1', crit: ['x'], x: 1 } }),
      'provider_answer_refused',
    ],
    [
      'made tomorrow',
      (bad) => Object.assign(bad, { more: { iat: later(86_400), exp: later(90_000) } }),
      'provider_answer_refused',
    ],
    [
      'good for an app, in a list in a list',
      (bad) => Object.assign(bad, { more: { aud: [['shop']] } }),
      'provider_answer_refused',
    ],
    ['for nobody', (bad) => Object.assign(bad, { more: { aud: [] } }), 'provider_answer_refused'],
    [
      'made for nothing',
      (bad) => Object.assign(bad, { more: { azp: null } }),
      'provider_answer_refused',
    ],
    [
      'an end in text',
      (bad) => Object.assign(bad, { more: { exp: '9999999999' } }),
      'provider_answer_refused',
    ],
    [
      'verified, in text',
      (bad) => Object.assign(bad, { more: { email: ADA, email_verified: 'true' } }),
      'unverified_email',
    ],
    [
      'verified, in a number',
      (bad) => Object.assign(bad, { more: { email: ADA, email_verified: 1 } }),
      'unverified_email',
    ],
    [
      'a list of addresses',
      (bad) => Object.assign(bad, { more: { email: [ADA], email_verified: true } }),
      'no_email',
    ],
    [
      'two addresses in one',
      (bad) => Object.assign(bad, { more: { ...VERIFIED, email: `x@evil.example,${ADA}` } }),
      'no_email',
    ],
    [
      'a line more',
      (bad) =>
        Object.assign(bad, { more: { ...VERIFIED, email: `${ADA}\r\nbcc: x@evil.example` } }),
      'no_email',
    ],
    [
      'an address of userinfo, verified by the token',
      (bad) => {
        bad.more = { email_verified: true }
        bad.userinfo = { sub: 's1', email: ADA }
      },
      'unverified_email',
    ],
    ...[VERIFIED, { sub: 's2', ...VERIFIED }].map(
      (userinfo: { sub?: string }): [string, (bad: HostileProvider) => void, string] => [
        `userinfo of ${userinfo.sub ?? 'nobody'}`,
        (bad) => Object.assign(bad, { more: {}, userinfo }),
        'oidc_userinfo_failed',
      ],
    ),
  ])('SW-22: %s signs nobody in', async (_, lie, code) => {
    await using world = await hostile()
    world.bad.more = VERIFIED
    lie(world.bad)
    const back = await signIn(world)
    expect([back.status, back.code, isSignedIn(back)]).toEqual([400, code, false])
    expect(await world.it_.world.run('select id from trefoil_accounts')).toEqual([])
  })

  it('GHSA-7rqj-j65f-68wh: an address that only looks like that of an account leads to nobody', async () => {
    await using world = await hostile()
    world.bad.more = { email: 'viking@example.com', email_verified: true }
    expect(isSignedIn(await signIn(world))).toBe(true)
    // U+212A, a mailbox of its own where letters beyond ASCII are taken.
    world.bad.more = { sub: 's2', email: 'vi\u212Aing@example.com', email_verified: true }
    const back = await signIn(world)
    expect([back.code, isSignedIn(back)]).toEqual(['no_email', false])
    // Case alone is the same mailbox.
    await using other = await hostile()
    other.bad.more = { ...VERIFIED, email: 'ADA@EXAMPLE.COM' }
    expect(isSignedIn(await signIn(other))).toBe(true)
    expect(await other.it_.world.run('select email from trefoil_accounts')).toEqual([
      { email: ADA },
    ])
  })
})

describe('how it answers', () => {
  const json = (text: string) => (bad: HostileProvider) => {
    bad.answers['/token'] = (_, response) => response.end(text)
  }
  it.each<[string, (bad: HostileProvider) => void, number]>([
    ['never', (bad) => Object.assign(bad.answers, { ['/token']: () => {} }), 502],
    ['never with its keys', (bad) => Object.assign(bad.answers, { ['/jwks']: () => {} }), 502],
    [
      'never with its document',
      (bad) => Object.assign(bad.answers, { [DISCOVERY]: () => {} }),
      502,
    ],
    [
      'a byte at a time',
      (bad) => {
        bad.answers['/token'] = (_, response) => {
          response.writeHead(200)
          const timer = setInterval(() => response.write(' '), 20)
          response.on('close', () => clearInterval(timer))
        }
      },
      502,
    ],
    ['without end', json(JSON.stringify({ x: 'y'.repeat(400_000) })), 502],
    ['one member twice', json('{"id_token":"a","id_token":"b"}'), 502],
    ['a failure in words of its own', json('{"error":"<script>","error_description":"x"}'), 400],
    [
      'from elsewhere',
      (bad) => {
        bad.answers['/token'] = (_, r) => r.writeHead(307, { location: '/elsewhere' }).end()
      },
      502,
    ],
    [
      'round and round',
      (bad) => {
        bad.answers[DISCOVERY] = (_, r) => r.writeHead(302, { location: DISCOVERY }).end()
      },
      502,
    ],
    [
      'keys that are none',
      (bad) => Object.assign(bad.answers, { ['/jwks']: (_, r) => r.end('{"keys":[null,1]}') }),
      400,
    ],
    [
      'a secret for a key',
      (bad) =>
        Object.assign(bad.answers, {
          ['/jwks']: (_, r) => r.end('{"keys":[{"kty":"oct","k":"AA","kid":"k1"}]}'),
        }),
      400,
    ],
    [
      'userinfo inside of a network',
      (bad) => {
        bad.more = {}
        bad.metadata = { userinfo_endpoint: 'http://169.254.169.254/x' }
      },
      502,
    ],
    [
      'userinfo of a file',
      (bad) => {
        bad.more = {}
        bad.metadata = { userinfo_endpoint: 'file:///etc/passwd' }
      },
      400,
    ],
  ])('%s: nobody is signed in, and nobody waits for long', async (_, lie, status) => {
    // A machine that has other things to do is slower than this: what may not be given up has longer.
    const timeout = status === 502 ? '300ms' : '10s'
    await using world = await hostile({ provider: { timeout } })
    const { bad } = world
    bad.more = VERIFIED
    lie(bad)
    const began = performance.now()
    const back = await signIn(world)
    expect([back.status, isSignedIn(back)]).toEqual([status, false])
    expect(performance.now() - began).toBeLessThan(9000)
    expect(bad.asked).not.toContain('/elsewhere')
    expect(JSON.stringify(back.body)).not.toMatch(/script|localhost|169\.254/)
  })

  it('SW-22: an authorization endpoint changes nothing of what the app asks for', async () => {
    await using world = await hostile()
    const { bad, it_ } = world
    const evil =
      'client_id=evil&state=evil&nonce=evil&response_type=token&redirect_uri=https://evil.example'
    bad.metadata = { authorization_endpoint: `${bad.issuer}/auth?${evil}` }
    const sent = await new Browser(it_.world).get('/oauth/idp/login')
    const asked = new URL(sent.location).searchParams
    expect([...asked.values()].filter((value) => /evil|^token$/.test(value))).toEqual([])
  })
})

describe('the browser', () => {
  it('many ways that were begun leave room for others, and for the newest of them', async () => {
    await using world = await hostile()
    const { bad, it_ } = world
    bad.more = VERIFIED
    const browser = new Browser(it_.world)
    expect(isSignedIn(await signIn(world, browser))).toBe(true)
    const begun: Landing[] = []
    // Another site opens it again and again, in a window that it has.
    for (let tries = 0; tries < 40; tries++) begun.push(await browser.get('/oauth/idp/login'))
    const { text } = await browser.client.http.get('/auth/me')
    expect(text).toContain(ADA)
    const cleared = begun.flatMap(({ headers }) =>
      headers.getSetCookie().filter((line) => /trefoil_oauth_[0-9a-f]{12}=;/.test(line)),
    )
    expect(cleared.length).toBeGreaterThanOrEqual(40 - 8)
    expect((await browser.back(wayBack(bad, begun.at(-8) as Landing))).status).toBe(303)
    expect((await browser.back(wayBack(bad, begun.at(-9) as Landing))).code).toBe('invalid_state')
  })

  it('S-OA-2: a look at the address, and a form, use nothing up', async () => {
    await using world = await hostile()
    const { bad, it_ } = world
    bad.more = VERIFIED
    const browser = new Browser(it_.world)
    const back = wayBack(bad, await browser.get('/oauth/idp/login'))
    const path = `${back.pathname}${back.search}`
    for (const [method, headers, status] of [
      ['HEAD', {}, 400],
      ['GET', { 'sec-purpose': 'prefetch;prerender' }, 400],
      ['POST', {}, 405],
      ['PUT', {}, 405],
    ] as const) {
      const answer = await browser.client.http.request(method, path, { headers })
      expect([method, answer.status]).toEqual([method, status])
      expect(answer.headers.getSetCookie()).toEqual([])
    }
    expect(isSignedIn(await browser.back(back))).toBe(true)
  })

  it('what a provider adds is passed over', async () => {
    await using world = await hostile()
    const { bad, it_ } = world
    bad.more = VERIFIED
    const browser = new Browser(it_.world)
    const more = {
      session_state: 'x',
      scope: 'openid email',
      authuser: '0',
      prompt: 'none',
      hd: 'x',
    }
    const back = wayBack(bad, await browser.get('/oauth/idp/login'), more)
    expect(isSignedIn(await browser.back(back))).toBe(true)
  })
})

describe('how fresh a login is', () => {
  async function shown(world: Hostile, browser: Browser, seconds: number, path: string) {
    const sent = await browser.get(path)
    const now = Math.floor(Date.now() / 1000)
    world.bad.more = { auth_time: now - seconds }
    world.it_.world.at = Date.now()
    expect(isSignedIn(await browser.back(wayBack(world.bad, sent)))).toBe(true)
    return browser.post('/oauth/other/link', { next: '/home' })
  }

  it('MFA-6: a provider that asked nobody anything makes nothing fresh, and is asked to look', async () => {
    await using world = await hostile({ provider: { trustsEmail: false } })
    const browser = new Browser(world.it_.world)
    const stale = await shown(world, browser, 3600, '/oauth/idp/login')
    expect([stale.status, stale.code]).toEqual([401, 'fresh_login_required'])
    const sent = await browser.get('/oauth/idp/login?fresh=true')
    expect(new URL(sent.location).searchParams.get('max_age')).toBe('10')
    expect((await shown(world, browser, 2, '/oauth/idp/login?fresh=true')).status).toBe(200)
    // Of a clock that is ahead: now.
    expect((await shown(world, browser, -86_400, '/oauth/idp/login')).status).toBe(200)
  })

  it('MFA-6: also by a code, and where it does not say the login counts', async () => {
    await using world = await hostile({ provider: { trustsEmail: false } })
    const { bad, it_ } = world
    for (const [claims, status] of [
      [{ auth_time: Math.floor(Date.now() / 1000) - 3600 }, 401],
      [{}, 200],
    ] as const) {
      const browser = new Browser(it_.world)
      const { verifier, challenge } = pkce()
      bad.more = claims
      const sent = await browser.get(`/oauth/idp/login?mode=bearer&code_challenge=${challenge}`)
      const back = await browser.back(wayBack(bad, sent))
      const code = new URL(back.location).searchParams.get('oauth_code')
      const { body } = await browser.post('/oauth/exchange', { code, code_verifier: verifier })
      const token = String(body['access_token'])
      expect((await browser.post('/oauth/other/link', {}, token)).status).toBe(status)
    }
  })
})

it('a provider that never answers is not asked for longer than somebody waits', async () => {
  await using world = await hostile({ provider: { timeout: '300ms' } })
  const { bad, it_ } = world
  bad.answers[DISCOVERY] = () => {}
  const answers = await Promise.all(
    Array.from({ length: 30 }, () => new Browser(it_.world).get('/oauth/idp/login')),
  )
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 502))
  // All of them wait for one question.
  await eventually(() => expect(bad.asked.length).toBeLessThanOrEqual(2))
})
