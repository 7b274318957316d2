import { expect, test } from 'vitest'
import type { LoginCookieOptions } from '../../packages/trefoil/src/accounts.ts'
import { makeToken } from '../../packages/trefoil/src/features/accounts/sessions/token-text.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { bearer, openSessions } from './open-sessions.ts'
import { sessionsApp } from './sessions-app.ts'

const CROSS = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
const SAME = { 'sec-fetch-site': 'same-origin' }

test('COOK-1, SW-18, S-LOGIN-4: one cookie that no script reads and no other host sets, and no tokens in the body', async () => {
  const { addAccount, signInByCookie } = await openSessions()
  const { line, lines, answer } = await signInByCookie(await addAccount())
  expect(line).toMatch(
    /^__Host-trefoil_login=tfl_ls_[\w-]{32}\.[\w-]{49}; Max-Age=2592000; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
  )
  expect(line.split(';')[0]?.length).toBeLessThan(256)
  expect(lines.map((one) => one.split('=')[0])).toEqual([
    '__Host-trefoil_login',
    '__Host-trefoil_device',
  ])
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.json()).toEqual({ mode: 'cookie', expires_in: 2_592_000 })
})

test.each<[string, LoginCookieOptions, RegExp]>([
  ['strict', { sameSite: 'strict' }, /^__Host-trefoil_login=.*; SameSite=Strict$/],
  ['of another name', { name: 'shop' }, /^__Host-shop=/],
  ['for a domain', { domain: 'example.com' }, /^trefoil_login=.*; Domain=example.com; Secure;/],
  ['over http', { secure: false }, /^trefoil_login=[^;]*; Max-Age=2592000; Path=\/; HttpOnly;/],
])('a cookie %s', async (_, cookie, line) => {
  const { addAccount, app, sessions } = await openSessions({ options: { cookie } })
  const { http } = testClient(app)
  const id = await addAccount()
  const answer = await http.post('/sign-in', { json: { id, mode: 'cookie' } })
  const [set = ''] = answer.headers.getSetCookie()
  expect(set).toMatch(line)
  const sent = { headers: { cookie: set.split(';')[0] as string } }
  expect((await testClient(app).http.get('/me', sent)).status).toBe(200)
  expect(sessions.authenticator.risks?.map(({ code }) => code)).toEqual(
    cookie.secure === false ? ['insecure_cookie'] : [],
  )
})

test.each<[unknown, RegExp]>([
  [{ sameSite: 'none', secure: false }, /SameSite=None .* requires the Secure attribute/],
  [{ name: '__Host-x' }, /name must stand without __Host-/],
  [{ name: 'a b' }, /name must be letters/],
  [{ name: 'trefoil_device' }, /name cannot be trefoil_device/],
  [{ domain: 'not a host' }, /domain of cookie .* must be a host name/],
  [{ httpOnly: false }, /httpOnly/],
])('what browsers would refuse is refused at the start: %j', (cookie, words) => {
  expect(() => sessionsApp({ options: { cookie: cookie as LoginCookieOptions } })).toThrow(words)
})

test('COOK-5: a cookie that was sent twice is none, whichever of the two is genuine', async () => {
  const { addAccount, signInByCookie, http } = await openSessions()
  const victim = await signInByCookie(await addAccount())
  const attacker = await signInByCookie(await addAccount())
  for (const cookie of [
    `${victim.cookie}; ${attacker.cookie}`,
    `${attacker.cookie}; ${victim.cookie}`,
    `${victim.cookie}; ${victim.cookie}`,
    `__Host-trefoil_login=; ${victim.cookie}`,
  ]) {
    expect((await http.get('/me', { headers: { cookie } })).status).toBe(401)
  }
  const plain = victim.cookie.replace('__Host-', '')
  expect((await http.get('/me', { headers: { cookie: plain } })).status).toBe(401)
})

test('SES-1: who signs in gets a session that nobody can have planted, and the one before is over', async () => {
  const { addAccount, signInByCookie, http, status, signIn, refresh } = await openSessions()
  const id = await addAccount()
  const planted = await signInByCookie(await addAccount())
  const after = await signInByCookie(id, { cookie: planted.cookie })
  expect(after.cookie).not.toBe(planted.cookie)
  expect((await http.get('/me', { headers: { cookie: planted.cookie } })).status).toBe(401)
  expect((await http.get('/me', { headers: { cookie: after.cookie } })).json()).toMatchObject({
    subject: id,
  })
  // S-SES-5: the same browser again is another session, and the one before it is over.
  const again = await signInByCookie(id, { cookie: after.cookie })
  expect((await http.get('/me', { headers: { cookie: after.cookie } })).status).toBe(401)
  // A token that was made up, or only begins like a genuine one, ends nobody's session.
  const [name = '', secret = ''] = again.cookie.split('=')
  const forged = `${name}=${makeToken('cookie', secret.slice(7, 39)).text}`
  // A token's last character is 'x' once in a while: the other one is then the mistyped one.
  const mistyped = again.cookie.slice(0, -1) + (again.cookie.endsWith('x') ? 'y' : 'x')
  for (const cookie of [mistyped, forged]) {
    await signInByCookie(await addAccount(), { cookie })
    expect((await refresh({}, { cookie })).json()).toMatchObject({ code: 'missing_refresh_token' })
    expect((await http.get('/me', { headers: { cookie } })).status).toBe(401)
  }
  expect((await http.get('/me', { headers: { cookie: again.cookie } })).status).toBe(200)
  const pair = await signIn(id)
  expect(await status(pair.access_token)).toBe(200)
})

test('SW-33: another site changes nothing by the cookie; a token is shown by nobody by accident', async () => {
  const { addAccount, signInByCookie, signIn, http } = await openSessions()
  const id = await addAccount()
  const { cookie } = await signInByCookie(id)
  const pair = await signIn(id)
  const change = async (headers: Record<string, string>) =>
    (await http.post('/change', { headers })).status
  expect(await change({ cookie, ...CROSS })).toBe(403)
  expect(await change({ cookie, origin: 'https://evil.example' })).toBe(403)
  expect(await change({ cookie, ...SAME })).toBe(200)
  expect(await change({ ...bearer(pair.access_token).headers, ...CROSS })).toBe(200)
})

test.each(['/auth/refresh', '/auth/logout'])(
  'another site cannot reach %s, whatever it brings',
  async (path) => {
    const { addAccount, signInByCookie, signIn, http } = await openSessions()
    const id = await addAccount()
    const { cookie } = await signInByCookie(id)
    const pair = await signIn(id)
    for (const headers of [{}, { cookie }]) {
      const answer = await http.post(path, {
        form: { refresh_token: pair.refresh_token },
        headers: { ...headers, ...CROSS },
      })
      expect(answer.status).toBe(403)
    }
  },
)

test('LOCK-3: where the app says so logging out leaves the device known, and the rest of the site alone', async () => {
  const { addAccount, signInByCookie, http } = await openSessions({
    options: { cookie: { clearSite: false } },
  })
  const { cookie } = await signInByCookie(await addAccount())
  const answer = await http.post('/auth/logout', { headers: { cookie, ...SAME } })
  expect(answer.status).toBe(204)
  expect(answer.headers.get('clear-site-data')).toBe(null)
  expect(answer.headers.getSetCookie().map((line) => line.split('=')[0])).toEqual([
    '__Host-trefoil_login',
  ])
  expect((await http.get('/me', { headers: { cookie } })).status).toBe(401)
})

test('S-LOGIN-5, SW-35: logging out is empty, clears the cookies, and is over on the server', async () => {
  const { addAccount, signInByCookie, signIn, http, status, refresh } = await openSessions()
  const id = await addAccount()
  const { cookie } = await signInByCookie(id)
  const answer = await http.post('/auth/logout', { headers: { cookie, ...SAME } })
  expect(answer.status).toBe(204)
  expect(answer.text).toBe('')
  expect(answer.headers.get('clear-site-data')).toBe('"cookies"')
  expect(answer.headers.getSetCookie()).toEqual([
    expect.stringMatching(
      /^__Host-trefoil_login=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    ),
  ])
  expect((await http.get('/me', { headers: { cookie } })).status).toBe(401)
  const [one, other] = [await signIn(id), await signIn(id)]
  expect((await http.post('/auth/logout', bearer(one.access_token))).status).toBe(204)
  expect(await status(one.access_token)).toBe(401)
  expect((await refresh({ refresh_token: one.refresh_token })).status).toBe(401)
  expect(await status(other.access_token)).toBe(200)
  expect((await http.post('/auth/logout')).status).toBe(401)
})
