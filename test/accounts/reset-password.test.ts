import { describe, expect, it } from 'vitest'
import { keyRing } from '../../packages/trefoil/src/auth.ts'
import {
  type AccountsApp,
  ADA,
  accountsApp,
  KEYS,
  OTHER_PASSWORD,
  PASSWORD,
} from './accounts-app.ts'

const MINUTE = 60_000

async function resetToken(it: AccountsApp, email: string = ADA): Promise<string> {
  it.at += MINUTE + 1
  await it.post('/forgot-password', { email })
  return it.tokenFor(email)
}

describe('a password by a mail', () => {
  it('is set once: sessions and other links of before are over, and the mailbox is told', async () => {
    await using it = await accountsApp()
    await it.person()
    const { token: session } = await it.signIn()
    const first = await resetToken(it)
    const second = await resetToken(it)
    expect(first).not.toBe(second)
    const weak = await it.post('/reset-password', { token: second, password: 'short' })
    expect(weak).toMatchObject({ status: 400, body: { code: 'password_weak' } })
    // The link stays for another try.
    const answer = await it.post('/reset-password', { token: second, password: OTHER_PASSWORD })
    expect(answer).toMatchObject({ status: 200, body: { detail: expect.any(String) } })
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect((await it.me(session)).status).toBe(401)
    for (const token of [first, second]) {
      const again = await it.post('/reset-password', { token, password: PASSWORD })
      expect(again).toMatchObject({ status: 400, body: { code: 'invalid_link' } })
    }
    expect((await it.signIn()).status).toBe(400)
    expect((await it.signIn(ADA, OTHER_PASSWORD)).status).toBe(200)
    await it.deliver()
    expect(it.mails.at(-1)?.to).toBe(ADA)
    expect(it.mails.at(-1)?.text).not.toContain('token=')
    expect(await it.account()).toMatchObject({ epoch: 2 })
  })

  it('GHSA-qq9h-g4jm-xgf3: takes back an account that a stranger registered and its owner opened by mistake', async () => {
    await using it = await accountsApp()
    await it.post('/register', { email: ADA, password: OTHER_PASSWORD })
    const opened = await it.tokenFor(ADA)
    expect(it.mails.at(-1)?.text).toContain('do not open it')
    const proved = await it.post('/verify-email', { token: opened })
    expect([proved.headers.get('set-cookie'), Object.keys(proved.body)]).toEqual([null, ['detail']])
    const stranger = await it.signIn(ADA, OTHER_PASSWORD)
    const { refresh_token } = stranger.body
    const token = await resetToken(it)
    expect((await it.post('/reset-password', { token, password: PASSWORD })).status).toBe(200)
    it.at += 1001
    expect((await it.me(stranger.token)).status).toBe(401)
    expect((await it.post('/refresh', { refresh_token })).status).toBe(401)
    expect((await it.signIn(ADA, OTHER_PASSWORD)).status).toBe(400)
    expect((await it.signIn()).status).toBe(200)
  })

  it('is over after half an hour, with a change of the address, or the account', async () => {
    await using it = await accountsApp()
    await it.person()
    const attempt = async (token: string) =>
      (await it.post('/reset-password', { token, password: OTHER_PASSWORD })).body['code']
    const old = await resetToken(it)
    it.at += 30 * MINUTE
    expect(await attempt(old)).toBe('invalid_link')
    // better-auth#7196: what was sent to an address opens nothing once the account has another one.
    const moved = await resetToken(it)
    const set = (values: Record<string, unknown>) =>
      it.data.unit((db) => db.updateTable('trefoil_accounts').set(values).execute())
    await set({ email: 'ada@else.example' })
    expect(await attempt(moved)).toBe('invalid_link')
    await set({ email: ADA, disabled_at: it.at })
    expect(await attempt(moved)).toBe('invalid_link')
    await set({ disabled_at: null })
    const gone = await resetToken(it)
    await it.data.unit((db) => db.deleteFrom('trefoil_accounts').execute())
    expect(await attempt(gone)).toBe('invalid_link')
  })

  it('is good through a planned rotation of the key, and over with an emergency one', async () => {
    const ring = keyRing(KEYS)
    await using it = await accountsApp({ keys: ring })
    await it.person()
    const attempt = async (token: string) =>
      (await it.post('/reset-password', { token, password: OTHER_PASSWORD })).status
    const planned = await resetToken(it)
    const next = 'another key of tests that is long enough, 98765'
    ring.replace(next, [KEYS])
    expect(await attempt(planned)).toBe(200)
    expect((await it.signIn(ADA, OTHER_PASSWORD)).status).toBe(200)
    const lost = await resetToken(it)
    ring.replace('a third key of tests that is long enough, 5555')
    expect(await attempt(lost)).toBe(400)
    // Passwords do not hang on it.
    expect((await it.signIn(ADA, OTHER_PASSWORD)).status).toBe(200)
  })

  it('is sent to nobody who may not have one, and the answer is the same', async () => {
    await using it = await accountsApp()
    await it.person()
    await it.person('off@example.com')
    await it.data.unit((db) =>
      db
        .updateTable('trefoil_accounts')
        .set({ disabled_at: it.at })
        .where('email', '=', 'off@example.com')
        .execute(),
    )
    const sent = it.mails.length
    const known = await it.post('/forgot-password', { email: ADA })
    for (const email of ['off@example.com', 'nobody@example.com']) {
      const answer = await it.post('/forgot-password', { email })
      expect([answer.status, answer.body]).toEqual([known.status, known.body])
    }
    await it.deliver()
    expect(it.mails.slice(sent).map(({ to }) => to)).toEqual([ADA])
  })

  it('LOCK-5: links that are none are counted against the address they come from', async () => {
    await using it = await accountsApp({ lockout: { addressThreshold: 3 } })
    await it.person()
    const guess = { token: 'x.y', password: OTHER_PASSWORD }
    const statuses: number[] = []
    for (let n = 0; n < 4; n++) statuses.push((await it.post('/reset-password', guess)).status)
    expect(statuses).toEqual([400, 400, 429, 429])
    // LOCK-7: who has the mail is let in, also from there.
    const token = await resetToken(it)
    const answer = await it.post('/reset-password', { token, password: OTHER_PASSWORD })
    expect(answer.status).toBe(200)
  })

  it('gives an account without a password its first one', async () => {
    await using it = await accountsApp()
    await it.person()
    await it.data.unit((db) => db.updateTable('trefoil_accounts').set({ password: null }).execute())
    const token = await resetToken(it)
    await it.post('/reset-password', { token, password: OTHER_PASSWORD })
    expect((await it.signIn(ADA, OTHER_PASSWORD)).status).toBe(200)
  })
})

describe('a new password of whoever is signed in', () => {
  it('needs the old one; every session of before ends, this one goes on under another id', async () => {
    await using it = await accountsApp()
    await it.person()
    const [other, own] = [await it.signIn(), await it.signIn()]
    const before = (await it.me(own.token)).body['session']
    const change = (body: Record<string, unknown>, token = own.token) =>
      it.post('/change-password', body, { token })
    const link = await resetToken(it)
    const wrong = await change({ current_password: OTHER_PASSWORD, password: OTHER_PASSWORD })
    expect([wrong.status, wrong.body['detail']]).toEqual([400, 'LOGIN_BAD_CREDENTIALS'])
    const weak = await change({ current_password: PASSWORD, password: 'short' })
    expect(weak.body['code']).toBe('password_weak')
    const answer = await change({ current_password: PASSWORD, password: OTHER_PASSWORD })
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'bearer' } })
    expect((await it.me(own.token)).status).toBe(401)
    expect((await it.me(other.token)).status).toBe(401)
    const renewed = await it.me(String(answer.body['access_token']))
    expect(renewed.status).toBe(200)
    expect(renewed.body['session']).not.toBe(before)
    for (const { body } of [own, other]) {
      const refresh = await it.post('/refresh', { refresh_token: body['refresh_token'] })
      expect(refresh.status).toBe(401)
    }
    const reset = await it.post('/reset-password', { token: link, password: PASSWORD })
    expect(reset.body['code']).toBe('invalid_link')
    await it.deliver()
    expect(it.mails.at(-1)?.to).toBe(ADA)
    expect((await it.signIn(ADA, OTHER_PASSWORD)).status).toBe(200)
  })

  it('answers a browser with a new cookie', async () => {
    await using it = await accountsApp({ cookie: { secure: false } })
    await it.person()
    const browser = it.browser()
    const login = { email: ADA, password: PASSWORD, mode: 'cookie' }
    expect((await it.post('/login', login, { from: browser })).status).toBe(200)
    const body = { current_password: PASSWORD, password: OTHER_PASSWORD }
    const answer = await it.post('/change-password', body, { from: browser })
    expect(answer.body).toEqual({ mode: 'cookie', expires_in: expect.any(Number) })
    expect((await browser.http.get('/me')).status).toBe(200)
  })

  it('LOCK-5: is behind the locks, by a budget of its own session (LOCK-3)', async () => {
    await using it = await accountsApp()
    await it.person()
    const { token } = await it.signIn()
    // Strangers who lock the account do not keep its owner from changing the password.
    for (let n = 0; n < 5; n++) await it.signIn(ADA, OTHER_PASSWORD)
    expect((await it.signIn()).status).toBe(429)
    const change = async (current_password: string) =>
      (await it.post('/change-password', { current_password, password: OTHER_PASSWORD }, { token }))
        .status
    const statuses: number[] = []
    for (let n = 0; n < 5; n++) statuses.push(await change(OTHER_PASSWORD))
    expect(statuses).toEqual([400, 400, 400, 400, 429])
    expect(await change(PASSWORD)).toBe(429)
  })

  it('without an old one needs a login of the last five minutes', async () => {
    await using it = await accountsApp()
    await it.person()
    const { token } = await it.signIn()
    await it.data.unit((db) => db.updateTable('trefoil_accounts').set({ password: null }).execute())
    it.at += 5 * MINUTE + 1000
    const late = await it.post('/change-password', { password: OTHER_PASSWORD }, { token })
    expect([late.status, late.body['code']]).toEqual([401, 'fresh_login_required'])
    it.at -= 60_000
    const fresh = await it.post('/change-password', { password: OTHER_PASSWORD }, { token })
    expect(fresh.status).toBe(200)
  })

  it('is for nobody else', async () => {
    await using it = await accountsApp()
    const body = { current_password: PASSWORD, password: OTHER_PASSWORD }
    expect((await it.post('/change-password', body)).status).toBe(401)
  })
})
