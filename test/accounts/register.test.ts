import { afterEach, describe, expect, it, vi } from 'vitest'
import { ADA, accountsApp, OTHER_PASSWORD, PASSWORD } from './accounts-app.ts'

const DAY = 86_400_000

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('registration', () => {
  it('waits until the mailbox is proved, and signs nobody in before', async () => {
    await using it = await accountsApp()
    const answer = await it.post('/register', { email: ' Ada@Example.com ', password: PASSWORD })
    expect(answer).toMatchObject({ status: 202, body: { detail: expect.any(String) } })
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await it.account()).toBeUndefined()
    // S-LOGIN: the right password of a registration that is not proved.
    const early = await it.post('/login', { username: ADA, password: PASSWORD })
    expect(early).toMatchObject({ status: 400, body: { detail: 'LOGIN_USER_NOT_VERIFIED' } })
    const wrong = await it.post('/login', { username: ADA, password: OTHER_PASSWORD })
    expect(wrong).toMatchObject({ status: 400, body: { detail: 'LOGIN_BAD_CREDENTIALS' } })
    const proved = await it.post('/verify-email', { token: await it.tokenFor(ADA) })
    expect(proved).toMatchObject({ status: 200, body: { detail: expect.any(String) } })
    expect(proved.headers.get('set-cookie')).toBeNull()
    expect(await it.account()).toMatchObject({ kind: 'person', email: ADA, epoch: 1, roles: '[]' })
    expect(await it.signIn()).toMatchObject({ status: 200, body: { token_type: 'bearer' } })
  })

  it('takes forms, keeps user name, locale and default roles', async () => {
    await using it = await accountsApp({
      usernames: true,
      roles: ['member'],
      defaultRoles: ['member'],
    })
    const form = new URLSearchParams({
      email: ADA,
      password: PASSWORD,
      username: 'Ada.L',
      locale: 'de-de',
    })
    const answer = await it.client.http.post('/auth/register', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    })
    expect(answer.status).toBe(202)
    await it.post('/verify-email', { token: await it.tokenFor(ADA) })
    expect(await it.account()).toMatchObject({
      username: 'ada.l',
      locale: 'de-DE',
      roles: '["member"]',
    })
    expect((await it.post('/login', { username: 'ADA.l', password: PASSWORD })).status).toBe(200)
    const other = { email: 'bob@example.com', password: PASSWORD }
    const taken = await it.post('/register', { ...other, username: 'ada.l' })
    expect(taken).toMatchObject({ status: 409, body: { code: 'username_taken' } })
    const none = await it.post('/register', { ...other, username: 'a b' })
    expect(none).toMatchObject({ status: 400, body: { code: 'invalid_username' } })
  })

  it('SW-09, S-PWD-6: refuses a weak password with its reasons, for known addresses alike', async () => {
    await using it = await accountsApp()
    await it.person()
    const weak = { status: 400, body: { code: 'password_weak', reasons: expect.any(Array) } }
    const known = await it.post('/register', { email: ADA, password: 'short' })
    const unknown = await it.post('/register', { email: 'bob@example.com', password: 'short' })
    expect(known).toMatchObject(weak)
    expect(unknown.body['reasons']).toEqual(known.body['reasons'])
    // PWD-1: what would be guessed first is looked for.
    const context = await it.post('/register', {
      email: 'gwendolen-fairfax@example.com',
      password: 'gwendolen-fairfax',
    })
    expect(context.status).toBe(400)
  })

  it('refuses what is no address, before anything is hashed or asked', async () => {
    await using it = await accountsApp()
    for (const email of ['', 'ada', 'ada@', 'ada@example', 'a\r\nb@example.com', 'ﬁ@example.com']) {
      const answer = await it.post('/register', { email, password: PASSWORD })
      expect([email, answer.status, answer.body['code']]).toEqual([email, 400, 'invalid_address'])
    }
    await it.deliver()
    expect(it.mails).toEqual([])
  })

  it('is refused where it is closed', async () => {
    await using it = await accountsApp({ registration: 'closed' })
    const answer = await it.post('/register', { email: ADA, password: PASSWORD })
    expect(answer).toMatchObject({ status: 403, body: { code: 'registration_closed' } })
  })

  it('each link proves its own registration, and ends the others (GHSA-qq9h-g4jm-xgf3)', async () => {
    await using it = await accountsApp()
    await it.post('/register', { email: ADA, password: OTHER_PASSWORD })
    const strangers = await it.tokenFor(ADA)
    it.at += 61_000
    await it.post('/register', { email: ADA, password: PASSWORD })
    const own = await it.tokenFor(ADA)
    expect(own).not.toBe(strangers)
    expect((await it.post('/verify-email', { token: own })).status).toBe(200)
    const late = await it.post('/verify-email', { token: strangers })
    expect(late).toMatchObject({ status: 400, body: { code: 'invalid_link' } })
    expect((await it.signIn()).status).toBe(200)
    expect((await it.signIn(ADA, OTHER_PASSWORD)).status).toBe(400)
  })

  it('of an address with an account changes nothing, and its owner is told', async () => {
    await using it = await accountsApp()
    await it.person()
    const before = await it.account()
    await it.post('/register', { email: ADA, password: OTHER_PASSWORD })
    await it.deliver()
    expect(it.mails).toHaveLength(2)
    expect(it.mails.at(-1)?.text).not.toContain('token=')
    expect(await it.account()).toEqual(before)
    // As it would be if there were none: whoever registered it cannot tell.
    const { body } = await it.signIn(ADA, OTHER_PASSWORD)
    expect(body['detail']).toBe('LOGIN_USER_NOT_VERIFIED')
    expect((await it.signIn()).status).toBe(200)
  })

  it('a name that was taken meanwhile costs nobody the account', async () => {
    await using it = await accountsApp({ usernames: true })
    await it.post('/register', { email: ADA, password: PASSWORD, username: 'queen' })
    const bob = 'bob@example.com'
    await it.post('/register', { email: bob, password: PASSWORD, username: 'queen' })
    expect((await it.post('/verify-email', { token: await it.tokenFor(bob) })).status).toBe(200)
    expect((await it.post('/verify-email', { token: await it.tokenFor(ADA) })).status).toBe(200)
    expect((await it.account(bob))?.['username']).toBe('queen')
    expect((await it.account(ADA))?.['username']).toBeNull()
  })

  it.each([
    ['production', undefined],
    ['development', 'person'],
  ])('autoVerifyInDev makes an account at once in development alone: %s', async (env, kind) => {
    vi.stubEnv('TREFOIL_ENV', env)
    await using it = await accountsApp({ autoVerifyInDev: true })
    expect((await it.post('/register', { email: ADA, password: PASSWORD })).status).toBe(202)
    expect((await it.account())?.['kind']).toBe(kind)
  })
})

describe('the link of a registration', () => {
  it('opens once, and only as it was made (SW-12)', async () => {
    await using it = await accountsApp()
    await it.post('/register', { email: ADA, password: PASSWORD })
    const token = await it.tokenFor(ADA)
    const [id = '', mac = ''] = token.split('.')
    const other = `${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`
    const forged = [`${id}.${other}`, `${id}.`, id, `.${mac}`, '', `x.${mac}`, `${id}.unused`]
    for (const wrong of forged) {
      const answer = await it.post('/verify-email', { token: wrong })
      expect([wrong, answer.status, answer.body['code']]).toEqual([wrong, 400, 'invalid_link'])
    }
    // Of another purpose.
    expect((await it.post('/reset-password', { token, password: OTHER_PASSWORD })).status).toBe(400)
    expect((await it.post('/verify-email', { token })).status).toBe(200)
    expect((await it.post('/verify-email', { token })).body['code']).toBe('invalid_link')
  })

  it('is over after a day', async () => {
    await using it = await accountsApp()
    await it.post('/register', { email: ADA, password: PASSWORD })
    const token = await it.tokenFor(ADA)
    it.at += DAY
    expect((await it.post('/verify-email', { token })).body['code']).toBe('invalid_link')
    // So is what it was for.
    expect((await it.signIn()).body).toMatchObject({ detail: 'LOGIN_BAD_CREDENTIALS' })
  })

  it('is sent again, the same, for whoever waits for one alone', async () => {
    await using it = await accountsApp()
    await it.post('/register', { email: ADA, password: PASSWORD })
    const token = await it.tokenFor(ADA)
    it.at += 61_000
    const again = await it.post('/verify-email/resend', { email: ADA })
    expect(again.status).toBe(202)
    expect(await it.tokenFor(ADA)).toBe(token)
    expect(it.mails).toHaveLength(2)
    await it.post('/verify-email', { token })
    it.at += 61_000
    const known = await it.post('/verify-email/resend', { email: ADA })
    const unknown = await it.post('/verify-email/resend', { email: 'bob@example.com' })
    await it.deliver()
    expect([known.status, known.body]).toEqual([again.status, again.body])
    expect([unknown.status, unknown.body]).toEqual([again.status, again.body])
    expect(it.mails).toHaveLength(2)
  })

  it('is swept once it is over for an hour: what anybody can have sent is not kept', async () => {
    await using it = await accountsApp()
    const rows = async () => {
      const found = await it.data
        .queries()
        .selectFrom('trefoil_accounts_challenges')
        .selectAll()
        .execute()
      return found.length
    }
    for (const name of ['a', 'b', 'c']) {
      await it.post('/forgot-password', { email: `${name}@example.com` })
    }
    expect(await rows()).toBe(3)
    it.at += 89 * 60_000
    await it.post('/forgot-password', { email: 'd@example.com' })
    await it.client.idle()
    expect(await rows()).toBe(4)
    it.at += 61 * 60_000
    await it.post('/forgot-password', { email: 'e@example.com' })
    await it.client.idle()
    expect(await rows()).toBe(2)
  })
})
