import { TOTP } from 'otpauth'
import { afterEach, describe, expect, it } from 'vitest'
import { type AccountsApp, ADA, accountsApp, OTHER_PASSWORD, PASSWORD } from './accounts-app.ts'
import { PageVisitor } from './page-visitor.ts'

describe('the pages of accounts', () => {
  let shop: AccountsApp
  afterEach(() => shop[Symbol.asyncDispose]())

  async function open(options: Parameters<typeof accountsApp>[0] = {}) {
    shop = await accountsApp({ pages: true, ...options })
    return new PageVisitor(shop.browser())
  }

  async function linkIn(address: string): Promise<string> {
    await shop.deliver()
    const mail = shop.mails.findLast(({ to }) => to === address)
    return /https:\S+/.exec(mail?.text ?? '')?.[0] ?? ''
  }

  async function signIn(ada: PageVisitor, password = PASSWORD) {
    await ada.open('/account/sign-in')
    return ada.send({ email: ADA, password })
  }

  it('a life: registers, proves the mailbox, signs in, changes the password, signs out, deletes', async () => {
    const ada = await open()
    await ada.open('/account/register')
    expect(ada.page.status).toBe(200)
    await ada.send({ email: ADA, password: PASSWORD })
    expect(ada.page.at).toBe('/account/check-mail')
    const link = await linkIn(ADA)
    expect(link).toMatch(/^https:\/\/shop\.example\/account\/verify-email\?token=/)

    // A scanner of mails opens it: nothing happens.
    await new PageVisitor(shop.browser('198.51.100.9')).open(link)
    expect(await shop.account()).toBeUndefined()
    await ada.open(link)
    expect(await shop.account()).toBeUndefined()
    await ada.send({})
    expect(ada.page.at).toBe('/account/sign-in')
    expect(ada.text).toContain('Your address is confirmed')
    expect(await shop.account()).toBeDefined()

    await ada.send({ email: ADA, password: PASSWORD })
    expect(ada.page.at).toBe('/account')
    expect(ada.text).toContain(ADA)

    await ada.open('/account/password')
    await ada.send({ current_password: PASSWORD, password: OTHER_PASSWORD })
    expect(ada.page.at).toBe('/account')
    expect(ada.text).toContain('Your password is changed')

    await ada.send({}, '/account/sign-out')
    expect(ada.page.at).toBe('/account/signed-out')
    await ada.open('/account')
    expect(ada.page.at).toBe('/account/sign-in?next=%2Faccount')

    await ada.send({ email: ADA, password: OTHER_PASSWORD })
    expect(ada.page.at).toBe('/account')
    await ada.open('/account/delete')
    await ada.send({ current_password: OTHER_PASSWORD })
    expect(ada.page.at).toBe('/account/deleted')
    expect(await shop.account()).toBeUndefined()
  })

  it('says what is wrong, and keeps what was typed but no secret', async () => {
    const ada = await open()
    await shop.person()
    await signIn(ada, 'wrong')
    expect(ada.page.status).toBe(400)
    expect(ada.text).toContain('The name or the password is wrong.')
    expect(ada.page.html).toContain(`value="${ADA}"`)
    expect(ada.page.html).not.toContain('wrong"')
  })

  /** Of the app that was shown last. */
  function codeOf(ada: PageVisitor): () => string {
    const secret = /<pre[^>]*>([A-Z2-7 ]+)<\/pre>/.exec(ada.page.html)?.[1] ?? ''
    const totp = new TOTP({ secret: secret.replaceAll(' ', '') })
    return () => totp.generate({ timestamp: shop.at })
  }

  async function enrol(ada: PageVisitor): Promise<{ code: () => string; recovery: string[] }> {
    await ada.open('/account/authenticator')
    await ada.send({ current_password: PASSWORD })
    expect(ada.page.html).toContain('<svg')
    const code = codeOf(ada)
    await ada.send({ code: code() }, '/account/authenticator/confirm')
    expect(ada.text).toContain('Each of them signs you in once')
    const [, shown = ''] = /<pre[^>]*>([^<]+)<\/pre>/.exec(ada.page.html) ?? []
    shop.at += 31_000
    return { code, recovery: shown.split('\n') }
  }

  it('MFA-1: a second factor is set up, asked for at the next login, and a recovery code does as well', async () => {
    const ada = await open()
    await shop.person()
    await signIn(ada)
    const { code, recovery } = await enrol(ada)
    expect(recovery).toHaveLength(8)
    await ada.open('/account')
    expect(ada.text).toContain('8 left')
    await ada.send({}, '/account/sign-out')

    await ada.open('/account/sign-in?next=/account/sessions')
    await ada.send({ email: ADA, password: PASSWORD })
    expect(ada.page.at).toBe('/account/second-factor?next=%2Faccount%2Fsessions')
    // No address has the pre-token, and nobody is signed in yet.
    await ada.open('/account')
    expect(ada.page.at).toContain('/account/sign-in')
    await ada.open('/account/second-factor?next=/account/sessions')
    await ada.send({ code: '000000' }, '/account/second-factor')
    expect(ada.page.status).toBe(400)
    expect(ada.text).toContain('This code is not valid.')
    await ada.send({ code: code() }, '/account/second-factor')
    expect(ada.page.at).toBe('/account/sessions')
    expect(ada.text).toContain('authenticator app')

    await ada.open('/account')
    await ada.send({}, '/account/sign-out')
    await ada.open('/account/sign-in')
    await ada.send({ email: ADA, password: PASSWORD })
    await ada.send({ code: recovery[0] ?? '' }, '/account/second-factor')
    expect(ada.page.at).toBe('/account')
    expect(ada.text).toContain('7 left')
  })

  it('MFA-6: the app is removed by a code of it, and new recovery codes need one', async () => {
    const ada = await open()
    await shop.person()
    await signIn(ada)
    const { recovery } = await enrol(ada)
    shop.at += 600_000
    await ada.open('/account/recovery-codes')
    await ada.send({ code: recovery[0] ?? '' }, '/account/recovery-codes/new/by-code')
    const [, shown = ''] = /<pre[^>]*>([^<]+)<\/pre>/.exec(ada.page.html) ?? []
    expect(shown.split('\n')).toHaveLength(8)
    await ada.open('/account/authenticator')
    await ada.send({ code: 'wrong-code' }, '/account/authenticator/remove/by-code')
    expect(ada.page.status).toBe(400)
    await ada.send({ code: shown.split('\n')[0] ?? '' }, '/account/authenticator/remove/by-code')
    expect(ada.text).toContain('The authenticator app is removed.')
  })

  it('a login that has to have a second factor sets one up before anybody is signed in', async () => {
    const ada = await open({ mfa: { enforceForAllUsers: true } })
    await shop.person()
    await signIn(ada)
    expect(ada.page.at).toBe('/account/enrol')
    await ada.send({}, '/account/enrol')
    const code = codeOf(ada)
    await ada.send({ code: '000000' }, '/account/enrol/confirm')
    expect(ada.page.status).toBe(400)
    // The secret is not shown again, and need not be.
    expect(ada.page.html).not.toContain('<svg')
    await ada.send({ code: code() }, '/account/enrol/confirm')
    expect(ada.text).toContain('Each of them signs you in once')
    await ada.open('/account')
    expect(ada.page.at).toBe('/account')
  })

  it('signs in by a link, and by a code: no address has the challenge', async () => {
    const ada = await open({ magicLink: true, emailCode: true })
    await shop.person()
    await ada.open('/account/sign-in/link')
    await ada.send({ email: ADA })
    expect(ada.page.at).toBe('/account/sign-in/link/sent')
    const link = await linkIn(ADA)
    await ada.open(link)
    expect(ada.page.at).toContain('/account/magic-link?token=')
    await ada.send({})
    expect(ada.page.at).toBe('/account')
    await ada.send({}, '/account/sign-out')

    shop.at += 61_000
    await ada.open('/account/sign-in/code?next=/account/sessions')
    await ada.send({ email: ADA })
    expect(ada.page.at).toBe('/account/sign-in/code/enter?next=%2Faccount%2Fsessions')
    await shop.deliver()
    const code = /\b\d{6}\b/.exec(shop.mails.at(-1)?.text ?? '')?.[0] ?? ''
    await ada.send({ code: `${code.slice(0, 3)} ${code.slice(3)}` })
    expect(ada.page.at).toBe('/account/sessions')
  })

  it('lists where somebody is signed in, ends one, and all others', async () => {
    const ada = await open()
    await shop.person()
    await signIn(ada)
    const phone = new PageVisitor(shop.browser('198.51.100.7'))
    await signIn(phone)
    const tablet = new PageVisitor(shop.browser('198.51.100.8'))
    await signIn(tablet)
    await ada.open('/account/sessions')
    expect(ada.text).toContain('this device')
    await ada.send({}, '/account/sessions/end')
    expect(ada.text).toContain('That device is signed out.')
    await ada.send({}, '/account/sessions/end-others')
    expect(ada.text).toContain('All other devices are signed out.')
    await phone.open('/account')
    await tablet.open('/account')
    expect([phone.page.at, tablet.page.at]).toEqual([
      '/account/sign-in?next=%2Faccount',
      '/account/sign-in?next=%2Faccount',
    ])
  })

  it('GHSA-4vcf-q4xf-f48m: the session of somebody else is none', async () => {
    const ada = await open()
    await shop.person()
    await shop.person('eve@example.com')
    await signIn(ada)
    await new PageVisitor(shop.browser('198.51.100.7')).open('/account/sign-in')
    const eve = new PageVisitor(shop.browser('198.51.100.8'))
    for (const one of [eve, new PageVisitor(shop.browser('198.51.100.9'))]) {
      await one.open('/account/sign-in')
      await one.send({ email: 'eve@example.com', password: PASSWORD })
    }
    const { session } = (await ada.client.http.get('/me')).json() as { session: string }
    await eve.open('/account/sessions')
    await eve.send({ session_id: session }, '/account/sessions/end')
    expect(eve.page.status).toBe(404)
    await ada.open('/account')
    expect(ada.page.at).toBe('/account')
  })

  it('V-16, SW-23: next leads nowhere else', async () => {
    const ada = await open()
    await shop.person()
    const elsewhere = [
      'javascript:alert(1)',
      'data:text/html,x',
      '//evil.com',
      '/\\evil.com',
      '\\\\evil.com',
      'https://localhost@evil.com',
      'https://evil.com\\@localhost',
      '\thttps://evil.com',
      ' https://evil.com',
      'https://evil.com',
    ]
    for (const next of elsewhere) {
      await ada.open(`/account/sign-in?next=${encodeURIComponent(next)}`)
      await ada.send({ email: ADA, password: PASSWORD })
      expect([next, ada.page.at]).toEqual([next, '/account'])
    }
    await ada.open('/account/sign-in?next=/account/sessions%3Fx=1')
    await ada.send({ email: ADA, password: PASSWORD })
    expect(ada.page.at).toBe('/account/sessions?x=1')
  })

  it('HTTP-8: a form of another site, and one without a token, sign nobody in', async () => {
    const ada = await open()
    await shop.person()
    const sent = { email: ADA, password: PASSWORD }
    await ada.open('/account/sign-in')
    await ada.send(sent, null, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })
    expect(ada.page.status).toBe(403)
    const { status, headers } = await ada.client.http.post('/account/sign-in', { form: sent })
    expect(status).toBe(403)
    expect(headers.get('set-cookie') ?? '').not.toContain('trefoil_login')
    // A token of the attacker's own browser is none of this one.
    const eve = new PageVisitor(shop.browser('198.51.100.9'))
    await eve.open('/account/sign-in')
    const { form_token = '' } = eve.form().hidden
    await ada.open('/account/sign-in')
    await ada.send({ ...sent, form_token })
    expect(ada.page.status).toBe(403)
    await ada.open('/account')
    expect(ada.page.at).toContain('/account/sign-in')
  })

  it('LOCK-3: a lock says how long it is', async () => {
    const ada = await open({ lockout: { threshold: 2, baseCooldown: '30s' } })
    await shop.person()
    for (const password of ['wrong', 'wrong as well', 'wrong again']) await signIn(ada, password)
    expect(ada.page.status).toBe(429)
    expect(ada.text).toMatch(
      /Too many failed attempts\..*You can try again in \d+ (?:seconds|minute)/,
    )
    expect(ada.page.headers.get('retry-after')).toMatch(/^\d+$/)
  })

  it('S-PWD-2: says in words why a password is refused', async () => {
    const ada = await open()
    await ada.open('/account/register')
    await ada.send({ email: ADA, password: 'short' }, null)
    expect(ada.page.status).toBe(422)
    expect(ada.text).toContain('It needs at least 15 characters.')
    expect(ada.page.html).not.toContain('"short"')
  })

  it('SW-20: after sign-out nothing is kept, and a reset leaves the second factor', async () => {
    const ada = await open()
    await shop.person()
    await signIn(ada)
    await enrol(ada)
    await ada.open('/account')
    expect(ada.page.headers.get('cache-control')).toBe('no-store')
    await ada.send({}, '/account/sign-out')
    shop.at += 61_000
    await ada.open('/account/forgot-password')
    await ada.send({ email: ADA })
    expect(ada.page.at).toBe('/account/forgot-password/sent')
    await ada.open(await linkIn(ADA))
    await ada.send({ password: OTHER_PASSWORD })
    expect(ada.text).toContain('Your password is set.')
    await ada.send({ email: ADA, password: OTHER_PASSWORD })
    expect(ada.page.at).toBe('/account/second-factor')
  })

  it('changes the address: the link needs the session, and whoever has none signs in first', async () => {
    const ada = await open()
    await shop.person()
    await signIn(ada)
    await ada.open('/account/email')
    await ada.send({ email: 'ada@new.example', current_password: PASSWORD })
    expect(ada.page.at).toBe('/account/email/sent')
    const link = await linkIn('ada@new.example')
    expect(link).toContain('/account/change-email?token=')
    const phone = new PageVisitor(shop.browser('198.51.100.7'))
    await phone.open(link)
    expect(phone.page.at).toContain('/account/sign-in?next=')
    await phone.send({ email: ADA, password: PASSWORD })
    expect(phone.page.at).toContain('/account/change-email?token=')
    await phone.send({})
    expect(phone.text).toContain('Your address is changed.')
    expect(await shop.account('ada@new.example')).toBeDefined()
  })

  it('names that deceive are shown as they are', async () => {
    const ada = await open({ usernames: true })
    await shop.person()
    const name = `<script>alert(1)</script>\u202e${'x'.repeat(300)}\u200b`
    await ada.open('/account/sign-in')
    await ada.send({ email: name, password: PASSWORD })
    expect(ada.page.html).not.toContain('<script>alert')
    // In the field it stands as it was typed, to be mended; nowhere else.
    expect(ada.text).not.toMatch(/[\u202e\u200b]/)
  })

  it('a link that was used says so, in the language of the browser', async () => {
    const ada = await open()
    await ada.open('/account/verify-email?token=none', { 'accept-language': 'de' })
    expect(ada.page.html).toContain('<html lang="de"')
    await ada.send({}, null, {
      origin: 'http://localhost',
      'sec-fetch-site': 'same-origin',
      'accept-language': 'de',
    })
    expect(ada.page.status).toBe(400)
    expect(ada.text).toContain('Dieser Link gilt nicht mehr.')
  })
})
