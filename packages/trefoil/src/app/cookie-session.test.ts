import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { reply } from '../contract/answer/reply.ts'
import { AuthContext } from '../contract/auth/auth-context.ts'
import type { Dependency } from '../contract/call/dependency.ts'
import type { Logger } from '../contract/call/logger.ts'
import { HttpError, ImproperlyConfigured } from '../contract/problems/problem.ts'
import type { CookieSession } from '../identity/cookie-session.ts'
import { CookieSigner } from '../identity/cookie-signer.ts'
import { keyRing } from '../identity/key-ring.ts'
import { type CookieSessionOptions, cookieSession } from './cookie-session.ts'
import { createApp } from './create-app.ts'

const SECRET = 'Zk3vQ9xT1mB7rL5wN8pD2hF6jS4gY0cAeUiOqWzX'
const OTHER = 'aX7pW2nK9cV4sJ1fT6yG3hB8dM5rQ0lEuOiZkCvN'
const NOW = 1_700_000_000_000
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

function session(options: CookieSessionOptions = {}): Dependency<CookieSession> {
  return cookieSession({ keys: SECRET, env: {}, clock: clockAt(NOW), ...options })
}

function clockAt(now: number) {
  return { now: () => now, elapsed: () => 0 }
}

function appWith(visit: Dependency<CookieSession>) {
  const app = createApp({ log: { logger: silent }, env: {}, publicSurfaces: ['api'] })
  const params = { key: z.string().default('n'), value: z.string().default(''), visit }
  app.get('/get', { params }, ({ key, visit }) => ({ value: visit.get(key) ?? null }))
  app.get('/set', { params }, ({ key, value, visit }) => visit.set(key, value))
  app.get('/delete', { params }, ({ key, visit }) => visit.delete(key))
  app.get('/clear', { params: { visit } }, ({ visit }) => visit.clear())
  app.get('/renew', { params: { visit } }, ({ visit }) => visit.renew())
  app.get('/none', () => 1)
  return app
}

type AnyApp = { fetch(request: Request): Promise<Response> }

function get(app: AnyApp, path: string, cookie?: string): Promise<Response> {
  return app.fetch(
    new Request(`http://localhost${path}`, cookie === undefined ? {} : { headers: { cookie } }),
  )
}

/** The pair of the one `Set-Cookie`, as the browser sends it back. */
function pair(answer: Response): string {
  const [header, ...more] = answer.headers.getSetCookie()
  expect(more).toEqual([])
  return String(header).split(';')[0] ?? ''
}

async function storedIn(app: AnyApp, cookie: string, key = 'n'): Promise<unknown> {
  const document: unknown = await (await get(app, `/get?key=${key}`, cookie)).json()
  return (document as { value: unknown }).value
}

describe('values', () => {
  test('S-SCM-1: are kept from one request to the next', async () => {
    const app = appWith(session())
    const answer = await get(app, '/set?value=1')
    expect(answer.headers.getSetCookie()[0]).toMatch(
      /^__Host-session=[\w-]+\.[\w-]+; Max-Age=14400; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    )
    const first = pair(answer)
    expect(await storedIn(app, first)).toBe('1')
    const second = pair(await get(app, '/set?key=m&value=2', first))
    expect(await storedIn(app, second, 'n')).toBe('1')
    expect(await storedIn(app, second, 'm')).toBe('2')
  })

  test('the cookie is sent only when something changed', async () => {
    const app = appWith(session())
    const cookie = pair(await get(app, '/set?value=1'))
    for (const path of ['/get', '/set?value=1', '/delete?key=other', '/none']) {
      expect((await get(app, path, cookie)).headers.getSetCookie()).toEqual([])
    }
    for (const path of ['/clear', '/delete', '/renew']) {
      expect((await get(app, path)).headers.getSetCookie()).toEqual([])
    }
  })

  test('delete takes one away, the last one and clear the cookie', async () => {
    const app = appWith(session())
    const one = pair(await get(app, '/set?value=1'))
    const two = pair(await get(app, '/set?key=m&value=2', one))
    expect(await storedIn(app, pair(await get(app, '/delete', two)), 'm')).toBe('2')
    for (const [path, cookie] of [
      ['/delete', one],
      ['/clear', two],
      ['/clear', '__Host-session=nonsense'],
    ] as const) {
      expect((await get(app, path, cookie)).headers.getSetCookie()[0]).toMatch(
        /^__Host-session=; Max-Age=0; Expires=.*; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
      )
    }
  })

  test('what is set and taken back in one call sends nothing', async () => {
    const visit = session()
    const app = createApp({ log: { logger: silent }, env: {} })
    app.get('/', { params: { visit } }, ({ visit }) => {
      visit.set('a', 1)
      visit.clear()
    })
    expect((await get(app, '/')).headers.getSetCookie()).toEqual([])
  })

  test('are copies, frozen, and read the same in this request and the next', async () => {
    const visit = session()
    const app = appWith(visit)
    const seen: unknown[] = []
    app.get('/cart', { params: { visit } }, ({ visit }) => {
      const cart = { at: new Date(NOW), items: ['a'] }
      visit.set('n', cart)
      cart.items.push('b')
      seen.push(visit.get('n'), Object.isFrozen(visit.get('n')))
    })
    const cookie = pair(await get(app, '/cart'))
    const kept = { at: '2023-11-14T22:13:20.000Z', items: ['a'] }
    expect(seen).toEqual([kept, true])
    expect(await storedIn(app, cookie)).toEqual(kept)
  })

  test('names of members that objects have by birth are ordinary', async () => {
    const app = appWith(session())
    expect(await storedIn(app, '', 'constructor')).toBeNull()
    const cookie = pair(await get(app, '/set?key=__proto__&value=x'))
    expect(await storedIn(app, cookie, '__proto__')).toBe('x')
    expect(await storedIn(app, cookie, 'toString')).toBeNull()
  })

  test.each([
    [undefined],
    [() => 1],
    [1n],
    [new Map([[1, 2]])],
    [{ inside: [new Set([1])] }],
    [new Error('no')],
    [Promise.resolve(1)],
    [{ at: Number.NaN }],
    [[Number.POSITIVE_INFINITY]],
    [{ run: () => 1 }],
  ])('%s has no JSON form', async (value) => {
    const visit = session()
    const app = createApp({ log: { logger: silent }, env: {}, debug: true })
    app.get('/', { params: { visit } }, ({ visit }) => visit.set('a', value))
    const answer = await get(app, '/')
    expect(answer.status).toBe(500)
    expect(await answer.text()).toContain("session value 'a' has no JSON form")
  })

  test('a session larger than browsers keep is refused, and the old values stay', async () => {
    const visit = session()
    const app = createApp({ log: { logger: silent }, env: {} })
    app.get('/', { params: { visit } }, ({ visit }) => {
      visit.set('a', 'x')
      expect(() => visit.set('b', 'x'.repeat(4000))).toThrow('larger than 4096 bytes')
      return { a: visit.get('a'), b: visit.get('b') ?? null }
    })
    expect(await (await get(app, '/')).json()).toEqual({ a: 'x', b: null })
  })
})

describe('what does not open', () => {
  test('COOK-2: forged, foreign, malformed and unsigned cookies are no session', async () => {
    const app = appWith(session())
    const cookie = pair(await get(app, '/set?value=1'))
    const foreign = pair(await get(appWith(session({ keys: OTHER })), '/set?value=1'))
    const unsigned = `__Host-session=${Buffer.from('{"data":{"n":"1"}}').toString('base64url')}`
    const last = cookie.at(-1) === 'A' ? 'B' : 'A'
    for (const text of [
      `${cookie}x`,
      cookie.slice(0, -1) + last,
      foreign,
      unsigned,
      `${unsigned}.`,
    ]) {
      expect(await storedIn(app, text)).toBeNull()
    }
  })

  test('S-CK-2: an expired one; a change and renew begin the time anew', async () => {
    const at = (seconds: number) => appWith(session({ clock: clockAt(NOW + seconds * 1000) }))
    const cookie = pair(await get(at(0), '/set?value=1'))
    expect(await storedIn(at(14_399), cookie)).toBe('1')
    expect(await storedIn(at(14_400), cookie)).toBeNull()
    const renewed = pair(await get(at(14_399), '/renew', cookie))
    expect(await storedIn(at(14_400), renewed)).toBe('1')
  })

  test('S-CK-3: one of another name, path or domain, or another purpose of the key', async () => {
    const app = appWith(session({ name: 'a' }))
    const value = pair(await get(app, '/set?value=1')).slice(2)
    expect(await storedIn(app, `a=${value}`)).toBe('1')
    const others = [{ name: 'b' }, { name: 'a', path: '/x' }, { name: 'a', domain: 'a.example' }]
    for (const options of others) {
      expect(await storedIn(appWith(session(options)), `${options.name}=${value}`)).toBeNull()
    }
    const purpose = new CookieSigner(SECRET).seal({ data: { n: '1' }, _path: '/' })
    expect(await storedIn(app, `a=${purpose}`)).toBeNull()
  })

  test('COOK-3: keys rotate', async () => {
    const cookie = pair(await get(appWith(session({ keys: OTHER })), '/set?value=1'))
    expect(await storedIn(appWith(session({ keys: keyRing(SECRET, [OTHER]) })), cookie)).toBe('1')
  })
})

describe('answers', () => {
  const visit = session()
  const app = createApp({ log: { logger: silent }, env: {} })
  app.get('/refused', { params: { visit } }, ({ visit }) => {
    visit.set('tries', 1)
    throw new HttpError(401)
  })
  app.get('/broken', { params: { visit } }, ({ visit }) => {
    visit.set('a', 1)
    throw new Error('no')
  })
  app.get('/unavailable', { params: { visit } }, ({ visit }) => {
    visit.set('a', 1)
    return reply('later', { status: 503 })
  })
  app.get('/own', { params: { visit } }, ({ visit }) => {
    visit.set('a', 1)
    return reply('x', { headers: { 'set-cookie': 'theme=dark' }, cookies: { lang: 'en' } })
  })
  app.get('/late', { params: { visit } }, ({ visit }) =>
    (async function* () {
      yield 'a'
      visit.set('a', 1)
    })(),
  )
  app.get('/read', { params: { visit } }, ({ visit }) => visit.get('a') ?? 'none')
  app.get('/plain', () => 1)

  test('W-15: a refusal carries the session, a failure takes it back', async () => {
    expect(pair(await get(app, '/refused'))).toMatch(/^__Host-session=./)
    expect((await get(app, '/broken')).headers.getSetCookie()).toEqual([])
    expect((await get(app, '/unavailable')).headers.getSetCookie()).toEqual([])
  })

  test('SW-17: other cookies of the answer stay', async () => {
    const names = (await get(app, '/own')).headers.getSetCookie().map((text) => text.split('=')[0])
    expect(names.sort()).toEqual(['__Host-session', 'lang', 'theme'])
  })

  test('HTTP-5: what was made out of a session is nobody else’s', async () => {
    expect((await get(app, '/read')).headers.get('cache-control')).toBe('no-store')
    expect((await get(app, '/plain')).headers.get('cache-control')).toBeNull()
  })

  test('a change after the head was sent is an error, not a silent loss', async () => {
    const answer = await get(app, '/late')
    await expect(answer.text()).rejects.toThrow()
    expect(answer.headers.getSetCookie()).toEqual([])
  })
})

describe('where it works', () => {
  test('an authenticator reads the same session as the handler', async () => {
    const visit = cookieSession<{ user: string }>({ keys: SECRET, env: {} })
    const app = createApp({
      log: { logger: silent },
      env: {},
      auth: [
        {
          surfaces: ['api'],
          authenticate: async (request) => {
            const user = (await request.resolve(visit)).get('user')
            return user === undefined ? null : new AuthContext({ subject: user })
          },
        },
      ],
    })
    app.get('/login', { public: true, params: { visit } }, ({ visit }) => visit.set('user', 'ada'))
    app.get('/me', (_, call) => call.auth.subject)
    expect((await get(app, '/me')).status).toBe(401)
    const cookie = pair(await get(app, '/login'))
    expect(await (await get(app, '/me', cookie)).text()).toBe('ada')
  })

  test('on another surface it says what is wrong', async () => {
    const logged: unknown[] = []
    const logger: Logger = { ...silent, error: (fields) => void logged.push(fields) }
    const app = createApp({ log: { logger }, env: {}, publicSurfaces: ['cli'] })
    const options = { description: 'd', cli: true, params: { visit: session() } } as const
    app.action('a', options, ({ visit }) => visit.get('x'))
    const answer = await app.localActions({ headers: [] }).call({ action: 'a' })
    expect(answer.ok).toBe(false)
    expect(String((logged[0] as { err: unknown }).err)).toContain(
      'cookieSession() is for calls over HTTP only',
    )
  })
})

describe('construction', () => {
  function mistake(options: object): string {
    try {
      // What JavaScript callers may hand over.
      cookieSession({ env: {}, ...options } as CookieSessionOptions)
    } catch (error) {
      if (!(error instanceof ImproperlyConfigured)) throw error
      return error.message
    }
    return 'none'
  }

  test.each<[string, object, string]>([
    ['no secret', {}, 'keys is missing; give it, or set TREFOIL_SESSION_SECRET'],
    ['an empty secret', { env: { TREFOIL_SESSION_SECRET: '' } }, 'TREFOIL_SESSION_SECRET must not'],
    ['an empty key', { keys: '' }, 'Signed cookie secrets must not be empty'],
    ['a short secret', { keys: 'secret' }, 'shorter than 32 bytes'],
    ['one character', { keys: 'x'.repeat(40) }, 'a few different characters'],
    ['an example', { keys: 'my-secret-key-for-this-application-123' }, 'a well-known example'],
    ['a weak old key', { keys: keyRing(SECRET, ['changeme']) }, 'shorter than 32 bytes'],
    ['no lifetime', { keys: SECRET, maxAge: '0s' }, "maxAge must be at least '1s'"],
    ['no unit', { keys: SECRET, maxAge: 14_400 }, "write '14400s'"],
    ['too long a lifetime', { keys: SECRET, maxAge: '401d' }, "at most '400d'"],
    ['none, not secure', { keys: SECRET, sameSite: 'none', secure: false }, 'SameSite=None'],
    [
      'an unknown SameSite',
      { keys: SECRET, sameSite: 'loose' },
      'sameSite must be one of strict, lax, none',
    ],
    ['a broken promise', { keys: SECRET, name: '__Host-a', path: '/x' }, 'requires Path=/'],
    ['text for truth', { keys: SECRET, secure: 'no' }, 'secure must be true or false'],
    ['a misspelt option', { keys: SECRET, samesite: 'lax' }, "did you mean 'sameSite'"],
  ])('S-SCM-1: refuses %s', (_, options, message) => {
    const text = mistake(options)
    expect(text).toContain(message)
    expect(text).not.toContain(SECRET)
  })

  test('the name promises what browsers can keep', async () => {
    const nameFor = async (options: CookieSessionOptions) =>
      pair(await get(appWith(session(options)), '/set?value=1')).split('=')[0]
    expect(await nameFor({ secure: false })).toBe('session')
    expect(await nameFor({ path: '/app' })).toBe('session')
    expect(await nameFor({ domain: 'shop.example' })).toBe('session')
    expect(await nameFor({ name: 'svc_session' })).toBe('svc_session')
  })

  test('S-SCM-1: variables stand in for absent options, and only for those', async () => {
    const env = {
      TREFOIL_SESSION_SECRET: SECRET,
      TREFOIL_SESSION_COOKIE_NAME: 'from_env',
      TREFOIL_SESSION_MAX_AGE: '1h',
      TREFOIL_SESSION_SAME_SITE: 'strict',
      TREFOIL_SESSION_SECURE: 'off',
    }
    const header = async (options: CookieSessionOptions) =>
      (await get(appWith(cookieSession(options)), '/set?value=1')).headers.getSetCookie()[0]
    expect(await header({ env })).toMatch(
      /^from_env=[^;]+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    expect(
      await header({ env, name: 'code', maxAge: '2h', sameSite: 'lax', secure: true }),
    ).toMatch(/^code=[^;]+; Max-Age=7200; Path=\/; Secure; HttpOnly; SameSite=Lax$/)
    const capital = { ...env, TREFOIL_SESSION_SAME_SITE: 'Lax' }
    expect(await header({ env: capital })).toMatch(/; SameSite=Lax$/)
    expect(mistake({ env: { ...env, TREFOIL_SESSION_MAX_AGE: 'soon' } })).toBe(
      "TREFOIL_SESSION_MAX_AGE must be a duration such as '30s' (ms, s, m, h, d), got text of 4 characters",
    )
    expect(mistake({ env: { ...env, TREFOIL_SESSION_SAME_SITE: 'loose' } })).toBe(
      'TREFOIL_SESSION_SAME_SITE must be one of strict, lax, none',
    )
  })
})
