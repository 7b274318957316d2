import { TOTP } from 'otpauth'
import { afterEach, describe, expect, it } from 'vitest'
import { requireFreshAuth } from '../../packages/trefoil/src/accounts.ts'
import { markup, pages } from '../../packages/trefoil/src/pages.ts'
import { type AccountsApp, ADA, accountsApp, KEYS, PASSWORD } from './accounts-app.ts'
import { PageVisitor } from './page-visitor.ts'

describe('a page that needs a proof of just now', () => {
  let shop: AccountsApp
  afterEach(() => shop[Symbol.asyncDispose]())

  async function signedIn(methods: readonly string[]): Promise<PageVisitor> {
    const time = { at: Date.UTC(2026, 10, 30, 12) }
    const clock = { now: () => time.at, elapsed: () => time.at }
    const site = pages({ keys: KEYS, texts: { en: PAYOUT, de: PAYOUT } })
    shop = await accountsApp({
      clock,
      pages: { site },
      mfa: { trustedDevices: '7d' },
      // What is trusted is a cookie, too.
      cookie: { clearSite: false },
      routes: (app) => {
        site.page(app, '/payout', {
          name: 'payout',
          title: 'payout.title',
          guards: [requireFreshAuth('5m', methods, clock)],
          show: () => markup`<p>to be paid</p>`,
        })
      },
    })
    Object.defineProperty(shop, 'at', {
      get: () => time.at,
      set: (at: number) => {
        time.at = at
      },
    })
    const ada = new PageVisitor(shop.browser())
    await shop.person()
    await signIn(ada)
    return ada
  }

  async function signIn(ada: PageVisitor) {
    await ada.open('/account/sign-in')
    await ada.send({ email: ADA, password: PASSWORD })
  }

  it('MFA-1: leads to the second factor and back, and round in no circle on a trusted device', async () => {
    const ada = await signedIn(['totp'])
    await ada.open('/account/authenticator')
    await ada.send({ current_password: PASSWORD })
    const [, secret = ''] = /<pre[^>]*>([A-Z2-7 ]+)<\/pre>/.exec(ada.page.html) ?? []
    const totp = new TOTP({ secret: secret.replaceAll(' ', '') })
    const code = () => totp.generate({ timestamp: shop.at })
    await ada.send({ code: code() }, '/account/authenticator/confirm')
    await ada.open('/account')
    await ada.send({}, '/account/sign-out')
    shop.at += 31_000
    await signIn(ada)
    expect(ada.text).toContain('Do not ask again on this device for 7 days')
    await ada.send({ code: code(), trust_device: 'yes' }, '/account/second-factor')
    await ada.open('/account')
    await ada.send({}, '/account/sign-out')
    shop.at += 600_000
    await signIn(ada)
    // Not asked: it is a trusted device.
    expect(ada.page.at).toBe('/account')

    await ada.open('/payout')
    expect(ada.page.at).toBe('/account/confirm?next=%2Fpayout')
    await ada.send({ code: code() })
    expect(ada.page.at).toBe('/payout')
    expect(ada.text).toContain('to be paid')
  })

  it('trusted devices are listed, and asked again', async () => {
    const ada = await signedIn([])
    await ada.open('/account/authenticator')
    await ada.send({ current_password: PASSWORD })
    const [, secret = ''] = /<pre[^>]*>([A-Z2-7 ]+)<\/pre>/.exec(ada.page.html) ?? []
    const totp = new TOTP({ secret: secret.replaceAll(' ', '') })
    const code = () => totp.generate({ timestamp: shop.at })
    await ada.send({ code: code() }, '/account/authenticator/confirm')
    await ada.open('/account/trusted-devices')
    expect(ada.text).toContain('You have none')
    await ada.open('/account')
    await ada.send({}, '/account/sign-out')
    shop.at += 31_000
    await signIn(ada)
    await ada.send({ code: code(), trust_device: 'yes' }, '/account/second-factor')
    await ada.open('/account')
    expect(ada.text).toContain('Trusted devices 1 Manage trusted devices')
    await ada.open('/account/trusted-devices')
    await ada.send({}, '/account/trusted-devices/forget')
    expect(ada.text).toContain('That device is asked again. You have none')
    await ada.open('/account')
    await ada.send({}, '/account/sign-out')
    shop.at += 31_000
    await signIn(ada)
    expect(ada.page.at).toBe('/account/second-factor')
  })

  it('whoever has no second factor is told so, and signs in again or sets one up', async () => {
    const ada = await signedIn([])
    shop.at += 600_000
    await ada.open('/payout')
    expect(ada.page.at).toBe('/account/confirm?next=%2Fpayout')
    expect(ada.page.html).not.toContain('name="code"')
    expect(ada.page.html).toContain('href="/account/authenticator"')
    expect(ada.page.html).toContain('href="/account/sign-in?next=%2Fpayout"')
    await ada.open('/account/sign-in?next=%2Fpayout')
    await ada.send({ email: ADA, password: PASSWORD })
    expect(ada.page.at).toBe('/payout')
  })

  it('whoever is nobody signs in', async () => {
    await signedIn([])
    const eve = new PageVisitor(shop.browser('198.51.100.9'))
    await eve.open('/payout')
    expect(eve.page.at).toBe('/account/sign-in?next=%2Fpayout')
  })
})

const PAYOUT = { 'payout.title': 'Payout' }
