import { describe, expect, test, vi } from 'vitest'
import {
  addressPrefix,
  describeDevice,
} from '../../packages/trefoil/src/features/accounts/sessions/describe-device.ts'
import { digestOf } from '../../packages/trefoil/src/features/accounts/sessions/token-text.ts'
import { memoryLoginSessions, memoryRefreshFamilies } from '../../packages/trefoil/src/stores.ts'
import { openSessions } from './open-sessions.ts'
import { START } from './sessions-app.ts'

const MINUTE = 60_000
const DAY = 86_400_000

test('S-SES-2, S-JWT-3, SES-1: a login answers with opaque tokens, of which the store has digests alone', async () => {
  const { signIn, addAccount, me, http, data } = await openSessions()
  const id = await addAccount({ roles: ['admin'], tenant: 'acme' })
  const pair = await signIn(id)
  expect(pair).toMatchObject({ token_type: 'bearer', expires_in: 900 })
  expect(pair.access_token).toMatch(/^tfl_at_[\w-]{32}\.[\w-]{49}$/)
  expect(pair.refresh_token).toMatch(/^tfl_rt_[\w-]{49}$/)
  const mine = await me(pair.access_token)
  const at = START / 1000
  expect(await mine.json()).toEqual({
    subject: id,
    kind: 'person',
    tenant: 'acme',
    roles: ['admin'],
    session: {
      id: pair.access_token.slice(7, 39),
      createdAt: at,
      authTime: at,
      methods: ['pwd'],
      methodTimes: { pwd: at },
    },
    issued: at,
    expires: at + 900,
  })
  const lower = { headers: { authorization: `bearer ${pair.access_token}` } }
  expect((await http.get('/me', lower)).status).toBe(200)
  const kept = JSON.stringify([
    await data.state.run('select * from trefoil_login_sessions'),
    await data.state.run('select * from trefoil_refresh_families'),
  ])
  expect(kept).toContain(pair.access_token.slice(7, 39))
  for (const secret of [pair.access_token.slice(40), pair.refresh_token.slice(7)]) {
    expect(kept).not.toContain(secret)
  }
})

test('V-04: what is kept of a token is its SHA-256', () => {
  const hex = (text: string) => Buffer.from(digestOf(text), 'base64url').toString('hex')
  expect(hex('0123456789abcdef'.repeat(4))).toBe(
    'a8ae6e6ee929abea3afcfc5258c8ccd6f85273e0d4626d26c7279f3250f77c8e',
  )
  expect(hex('a'.repeat(64))).toBe(
    'ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb',
  )
})

describe('SW-14, S-SES-7: what ends is over at once, and for good', () => {
  test('one session, and no other; a new login brings none back', async () => {
    const { signIn, addAccount, status, sessions, me, refresh } = await openSessions()
    const id = await addAccount()
    const [one, other] = [await signIn(id), await signIn(id)]
    expect([await status(one.access_token), await status(other.access_token)]).toEqual([200, 200])
    await sessions.end({ id, tenant: null }, one.access_token.slice(7, 39))
    const refused = await me(one.access_token)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toContain('session_revoked')
    expect(await status(other.access_token)).toBe(200)
    expect((await refresh({ refresh_token: one.refresh_token })).status).toBe(401)
    await signIn(id)
    expect(await status(one.access_token)).toBe(401)
  })

  test('GHSA-xg6x-h9c9-2m83: all of them, though this process has just let them in', async () => {
    const { signIn, addAccount, status, sessions, data } = await openSessions()
    const [id, bystander] = [await addAccount(), await addAccount()]
    const pairs = [await signIn(id), await signIn(id), await signIn(id)]
    const foreign = await signIn(bystander)
    const all = () => Promise.all(pairs.map((pair) => status(pair.access_token)))
    expect(await all()).toEqual([200, 200, 200])
    const kept = pairs[1]?.access_token.slice(7, 39) as string
    expect(await sessions.endAll({ id, tenant: null }, kept)).toBe(2)
    expect(await all()).toEqual([401, 200, 401])
    expect(await sessions.endAll({ id, tenant: null }, null)).toBe(1)
    expect(await all()).toEqual([401, 401, 401])
    expect(await status(foreign.access_token)).toBe(200)
    const rows = await data.state.run(
      `select count(*) as n from trefoil_refresh_families where revoked_at is null`,
    )
    expect(rows[0]?.['n']).toBe(1)
  })

  test('SES-8: another process lets nobody in a second later', async () => {
    // Two apps that share the stores and nothing else; test/databases has real processes.
    const stores = { sessions: memoryLoginSessions(), families: memoryRefreshFamilies() }
    const one = await openSessions({ parts: { stores } })
    const id = await one.addAccount()
    const pair = await one.signIn(id)
    const other = await openSessions({
      parts: { stores, accounts: one.accounts },
      clock: one.clock,
    })
    expect(await other.status(pair.access_token)).toBe(200)
    await one.sessions.endAll({ id, tenant: null }, null)
    expect(await one.status(pair.access_token)).toBe(401)
    one.clock.pass(999)
    expect(await other.status(pair.access_token)).toBe(200)
    one.clock.pass(1)
    expect(await other.status(pair.access_token)).toBe(401)
  })

  test('what was read before the end is not kept after it', async () => {
    const store = memoryLoginSessions()
    let release = () => {}
    let isHeld = false
    const held = {
      ...store,
      async find(id: string, now: number) {
        const found = await store.find(id, now)
        if (isHeld) await new Promise<void>((resolve) => (release = resolve))
        return found
      },
    }
    const { signIn, addAccount, me, sessions, status } = await openSessions({
      parts: { stores: { sessions: held, families: memoryRefreshFamilies() } },
    })
    const id = await addAccount()
    const pair = await signIn(id)
    isHeld = true
    const early = me(pair.access_token)
    await vi.waitFor(() => expect(release).not.toBe(undefined))
    await new Promise((resolve) => setImmediate(resolve))
    isHeld = false
    await sessions.end({ id, tenant: null }, pair.access_token.slice(7, 39))
    const late = status(pair.access_token)
    release()
    await early
    expect(await late).toBe(401)
    expect(await status(pair.access_token)).toBe(401)
  })
})

test.each([
  ['a new password', { password: null }],
  ['other roles', { roles: ['buyer'] }],
  ['another address', { email: 'new@example.com' }],
  ['another tenant', { tenant: 'other' }],
  ['disabling', { disabledAt: START }],
  ['another tenant, by whoever forgot that it ends them,', { tenant: 'x', endsSessions: false }],
  ['disabling, likewise,', { disabledAt: START, endsSessions: false }],
] as const)(
  'SW-15, SES-8: %s ends every session in its own statement, whatever the stores say',
  async (_, what) => {
    const opened = await openSessions()
    const { signIn, addAccount, status, change, clock, refresh, signInByCookie, http } = opened
    const id = await addAccount()
    const pair = await signIn(id)
    const { cookie } = await signInByCookie(id)
    expect(await status(pair.access_token)).toBe(200)
    await change(id, what)
    // Nothing was told to the stores, nor to this process, which forgets by itself.
    clock.pass(1000)
    expect(await status(pair.access_token)).toBe(401)
    expect((await http.get('/me', { headers: { cookie } })).status).toBe(401)
    const answer = await refresh({ refresh_token: pair.refresh_token })
    expect(answer.status).toBe(401)
    const code = 'disabledAt' in what ? 'account_disabled' : 'invalid_refresh_token'
    expect(await answer.json()).toMatchObject({ code })
    expect(answer.headers.getSetCookie()).toEqual([])
  },
)

test('a session of an epoch before the one that was read at the login is dead when it begins', async () => {
  const { addAccount, accounts, sessions, app, change, status } = await openSessions()
  const id = await addAccount()
  const read = await accounts.find(id)
  await change(id, {})
  let token = ''
  void app
  const fake = { client: { userAgent: null, address: null }, auth: null, resolve: async () => null }
  const answer = await sessions.begin(fake as never, {
    account: read as never,
    methods: [],
    mode: 'bearer',
    clientId: null,
    deviceToken: null,
  })
  token = (answer.value as { access_token: string }).access_token
  expect(await status(token)).toBe(401)
})

test.each(['sql', 'memory'])(
  'GHSA-2vg6-77g8-24mp: an account that is gone is nobody, in a store %s',
  async (kind) => {
    const parts =
      kind === 'sql'
        ? {}
        : { stores: { sessions: memoryLoginSessions(), families: memoryRefreshFamilies() } }
    const opened = await openSessions({ parts })
    const { signIn, signInByCookie, addAccount, status, remove, clock, refresh, http } = opened
    const id = await addAccount()
    const pair = await signIn(id)
    const { cookie } = await signInByCookie(id)
    expect(await status(pair.access_token)).toBe(200)
    expect((await http.get('/me', { headers: { cookie } })).status).toBe(200)
    await remove(id)
    clock.pass(1000)
    expect(await status(pair.access_token)).toBe(401)
    expect((await http.get('/me', { headers: { cookie } })).status).toBe(401)
    expect((await refresh({ refresh_token: pair.refresh_token })).status).toBe(401)
  },
)

describe('SES-7: sessions end by themselves', () => {
  test('an access token after fifteen minutes, on the millisecond', async () => {
    const { signIn, addAccount, status, me, clock } = await openSessions()
    const pair = await signIn(await addAccount())
    clock.pass(15 * MINUTE - 1)
    expect(await status(pair.access_token)).toBe(200)
    clock.pass(1)
    const refused = await me(pair.access_token)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toContain('expired')
  })

  test('a cookie without use after a week, and however it is used after thirty days', async () => {
    const { addAccount, signInByCookie, http, clock } = await openSessions()
    const idle = await signInByCookie(await addAccount())
    const used = await signInByCookie(await addAccount())
    const statusOf = async ({ cookie }: { cookie: string }) =>
      (await http.get('/me', { headers: { cookie } })).status
    for (let day = 1; day < 30; day++) {
      clock.pass(DAY)
      expect(await statusOf(used), `day ${day}`).toBe(200)
    }
    expect(await statusOf(idle)).toBe(401)
    clock.pass(DAY)
    expect(await statusOf(used)).toBe(401)
  })

  test('a short idle limit does not end a session that is in use', async () => {
    const options = { idleLifetime: '20s', refreshLifetime: '20s' } as const
    const { addAccount, signInByCookie, http, clock } = await openSessions({ options })
    const { cookie } = await signInByCookie(await addAccount())
    for (let at = 0; at < 40; at++) {
      clock.pass(3000)
      expect((await http.get('/me', { headers: { cookie } })).status).toBe(200)
    }
  })

  test('refreshing does not outlive the session', async () => {
    const options = { sessionLifetime: '1h', refreshLifetime: '50m' } as const
    const { addAccount, signIn, renewed, refresh, clock } = await openSessions({ options })
    let pair = await signIn(await addAccount())
    clock.pass(40 * MINUTE)
    pair = await renewed(pair.refresh_token)
    clock.pass(10 * MINUTE)
    pair = await renewed(pair.refresh_token)
    expect(pair.expires_in).toBe(600)
    clock.pass(10 * MINUTE)
    expect((await refresh({ refresh_token: pair.refresh_token })).status).toBe(401)
  })
})

test.each(['sql', 'memory'] as const)(
  'SES-8: what was ended while the clock was an hour ahead is over when it is set right: %s',
  async (kind) => {
    const stores = { sessions: memoryLoginSessions(), families: memoryRefreshFamilies() }
    const options = { idleLifetime: '30m' } as const
    const opened = await openSessions({ options, parts: kind === 'sql' ? {} : { stores } })
    const { addAccount, signInByCookie, http, clock } = opened
    const id = await addAccount()
    const sessionIn = (cookie: string) => (cookie.split('=')[1] as string).slice(7, 39)
    const [one, two] = [await signInByCookie(id), await signInByCookie(id)]
    const open = async () =>
      Promise.all(
        [one, two].map(
          async ({ cookie }) => (await http.get('/me', { headers: { cookie } })).status,
        ),
      )
    expect(await open()).toEqual([200, 200])
    clock.pass(60 * MINUTE)
    expect(await open()).toEqual([401, 401])
    const now = await signInByCookie(id)
    const headers = { cookie: now.cookie, 'sec-fetch-site': 'same-origin' }
    const path = `/auth/sessions/${sessionIn(one.cookie)}/revoke`
    expect((await http.post(path, { headers })).status).toBe(204)
    clock.pass(-60 * MINUTE)
    expect(await open()).toEqual([401, 200])
    clock.pass(60 * MINUTE)
    expect((await http.delete('/auth/sessions/others', { headers })).status).toBe(204)
    clock.pass(-60 * MINUTE)
    expect(await open()).toEqual([401, 401])
  },
)

test('S-JWT-2, COOK-4: rotating the keys of the app logs nobody out, planned or not', async () => {
  const { keyRing } = await import('../../packages/trefoil/src/auth.ts')
  const keys = keyRing('k8Q2s0vJ4dPq7Zt1xW9aLr5uYb3nGm6c')
  const opened = await openSessions({ keys })
  const { signIn, addAccount, status, renewed, refresh, clock } = opened
  const pair = await signIn(await addAccount())
  const answer = await renewed(pair.refresh_token)
  keys.replace('Zt1xW9aLr5uYb3nGm6ck8Q2s0vJ4dPq7', ['k8Q2s0vJ4dPq7Zt1xW9aLr5uYb3nGm6c'])
  clock.pass(1000)
  expect(await status(answer.access_token)).toBe(200)
  // The sealed answer is opened by the key before.
  expect(await renewed(pair.refresh_token)).toEqual(answer)
  keys.replace('nGm6ck8Q2s0vJ4dPq7Zt1xW9aLr5uYb3', [])
  expect((await refresh({ refresh_token: pair.refresh_token })).status).toBe(401)
  expect(await status((await renewed(answer.refresh_token)).access_token)).toBe(200)
})

test('who is a person: whoever signed in to the app itself, or by a client of its own; nobody anonymous', async () => {
  const options = { clients: { web: { firstParty: true }, other: {} } }
  const { addAccount, signIn, signInByCookie, me, http, clock } = await openSessions({ options })
  const id = await addAccount()
  const kindOf = async (token: string) =>
    ((await (await me(token)).json()) as { kind: string }).kind
  expect(await kindOf((await signIn(id)).access_token)).toBe('person')
  expect(await kindOf((await signIn(id, { client: 'web' })).access_token)).toBe('person')
  expect(await kindOf((await signIn(id, { client: 'other' })).access_token)).toBe('unknown')
  const { cookie } = await signInByCookie(id)
  expect(await (await http.get('/me', { headers: { cookie } })).json()).toMatchObject({
    kind: 'person',
  })
  // A program of others that asks for the cookie is no browser of the person.
  const theirs = await signInByCookie(id, {}, { client: 'other' })
  expect((await http.get('/me', { headers: { cookie: theirs.cookie } })).json()).toMatchObject({
    kind: 'unknown',
  })
  const nobody = await addAccount({ kind: 'anonymous' })
  expect(await kindOf((await signIn(nobody)).access_token)).toBe('unknown')
  // A client that there is no more has no sessions any more.
  const gone = await signIn(id, { client: 'gone' })
  expect((await me(gone.access_token)).status).toBe(401)
  const { cookie: gone2 } = await signInByCookie(id, {}, { client: 'gone' })
  const asked = { headers: { cookie: gone2, 'sec-fetch-site': 'same-origin' } }
  expect((await http.get('/me', asked)).status).toBe(401)
  // What opens nothing is not said to be good.
  expect((await http.post('/auth/refresh', asked)).status).toBe(401)
  clock.pass(1)
})

describe('SW-38, SW-13: what is no token of that kind is refused, and nothing fails', () => {
  test.each([
    '',
    'x',
    'tfl_at_',
    `tfl_at_${'a'.repeat(82)}`,
    `tfl_at_${'a'.repeat(32)}.${'b'.repeat(49)}`,
    'tfl_at_é',
    'eyJhbGciOiJub25lIn0.e30.',
    'a'.repeat(8000),
  ])('case %#', async (token) => {
    const { http } = await openSessions()
    const answer = await http.get('/me', { headers: { authorization: `Bearer ${token}` } })
    expect(answer.status).toBe(401)
    expect((await http.post('/auth/refresh', { json: { refresh_token: token } })).status).toBe(
      token.length > 1024 ? 400 : 401,
    )
    const cookie = `__Host-trefoil_login=${encodeURIComponent(token)}`
    expect((await http.get('/me', { headers: { cookie } })).status).toBe(401)
  })

  test('a token of one kind is none of another, and one bit is enough', async () => {
    const { addAccount, signIn, signInByCookie, http, refresh, status } = await openSessions()
    const id = await addAccount()
    const pair = await signIn(id)
    const { cookie } = await signInByCookie(id)
    const secret = cookie.split('=')[1] as string
    for (const token of [pair.refresh_token, secret, secret.replace('tfl_ls_', 'tfl_at_')]) {
      expect(await status(token)).toBe(401)
    }
    for (const token of [pair.access_token, secret]) {
      expect((await refresh({ refresh_token: token })).status).toBe(401)
    }
    const planted = { headers: { cookie: `__Host-trefoil_login=${pair.access_token}` } }
    expect((await http.get('/me', planted)).status).toBe(401)
    const at = 50
    const flipped = pair.access_token[at] === 'A' ? 'B' : 'A'
    expect(
      await status(pair.access_token.slice(0, at) + flipped + pair.access_token.slice(at + 1)),
    ).toBe(401)
    expect(await status(pair.access_token)).toBe(200)
  })

  test('details that nobody can read open nothing', async () => {
    const { addAccount, signIn, status, data, clock } = await openSessions()
    const pair = await signIn(await addAccount())
    for (const details of ['', '{', '[]', 'null', '{"v":1}', '{"v":1,"until":null}']) {
      await data.state.run('update trefoil_login_sessions set details = ?', [details])
      clock.pass(1000)
      expect(await status(pair.access_token)).toBe(401)
    }
  })
})

test('a store that is down lets nobody in, and throws no token away', async () => {
  const store = memoryLoginSessions()
  let isDown = false
  const sessions = new Proxy(store, {
    get: (target, name) => {
      if (isDown) {
        return () => {
          throw new Error('down')
        }
      }
      return Reflect.get(target, name)
    },
  })
  const stores = { sessions, families: memoryRefreshFamilies() }
  const { addAccount, signIn, status, clock, http } = await openSessions({ parts: { stores } })
  const id = await addAccount()
  const pair = await signIn(id)
  isDown = true
  expect(await status(pair.access_token)).toBe(503)
  // SW-14: a login that cannot be kept is none.
  expect((await http.post('/sign-in', { json: { id } })).status).toBe(500)
  isDown = false
  clock.pass(1000)
  expect(await status(pair.access_token)).toBe(200)
})

test('S-SES-8, SW-34: of an address its prefix alone, and nobody is asked where it is', () => {
  expect(addressPrefix('203.0.113.7')).toBe('203.0.113.0/24')
  expect(addressPrefix('::ffff:203.0.113.7')).toBe('203.0.113.0/24')
  expect(addressPrefix('2001:db8:aa:bb::1')).toBe('2001:db8:aa::/48')
  expect(addressPrefix('2001:db8::1')).toBe('2001:db8:0::/48')
  expect(addressPrefix('::1')).toBe('0:0:0::/48')
  expect(addressPrefix('fe80::1%eth0')).toBe('fe80:0:0::/48')
  expect(addressPrefix('unix')).toBe(null)
  expect(addressPrefix(null)).toBe(null)
})

test('S-SES-1: a device in few words, whatever it says of itself', () => {
  const mac =
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)'
  expect(describeDevice(`${mac} Version/17.0 Safari/605.1.15`)).toBe('Safari on macOS')
  expect(describeDevice(`${mac} Chrome/120.0 Safari/537.36 Edg/120.0`)).toBe('Edge on macOS')
  expect(
    describeDevice('Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0'),
  ).toBe('Firefox on Linux')
  expect(describeDevice('curl/8.1')).toBe('curl')
  expect(describeDevice('<script>')).toBe(null)
  expect(describeDevice('a'.repeat(10_000))?.length).toBe(40)
  expect(describeDevice(null)).toBe(null)
})
