import { TOTP } from 'otpauth'
import { describe, expect, it } from 'vitest'
import { PageVisitor } from './page-visitor.ts'
import { Browser, type ProviderWorld, providerWorld } from './provider-world.ts'

describe('pages and logins with a provider', () => {
  /** Goes where the button of the sign-in page leads, to the provider, and comes back. */
  async function byProvider({ world, idp }: ProviderWorld, next: string): Promise<PageVisitor> {
    const browser = new Browser(world)
    const ada = new PageVisitor(browser.client)
    await ada.open(`/account/sign-in?next=${encodeURIComponent(next)}`)
    const [, href = ''] = /href="\/auth(\/oauth\/idp\/login[^"]*)"/.exec(ada.page.html) ?? []
    const back = await browser.away(idp, href.replaceAll('&amp;', '&'))
    await ada.open(back.href)
    return ada
  }

  it('MFA-1: whoever has a second factor is asked for it, and goes on to where it was going', async () => {
    await using all = await providerWorld({ accounts: { pages: true } })
    all.idp.who = 'ada'
    all.idp.people.set('ada', { email: 'ada@example.com', email_verified: true })
    const first = await byProvider(all, '/account/authenticator')
    expect(first.page.at).toBe('/account/authenticator')
    await first.send({}, '/account/authenticator/start/fresh')
    const [, secret = ''] = /<pre[^>]*>([A-Z2-7 ]+)<\/pre>/.exec(first.page.html) ?? []
    const totp = new TOTP({ secret: secret.replaceAll(' ', '') })
    const code = totp.generate({ timestamp: all.world.at })
    await first.send({ code }, '/account/authenticator/confirm')
    const [, codes = ''] = /<pre[^>]*>([^<]+)<\/pre>/.exec(first.page.html) ?? []
    expect(codes.split('\n')).toHaveLength(8)

    const ada = await byProvider(all, '/account/sessions')
    expect(ada.page.at).toContain('/account/sign-in/provider?')
    expect(ada.text).toContain('One more step is needed here.')
    await ada.send({})
    expect(ada.page.at).toBe('/account/second-factor?next=%2Faccount%2Fsessions')
    await ada.send({ code: codes.split('\n')[0] ?? '' }, '/account/second-factor')
    expect(ada.page.at).toBe('/account/sessions')
    expect(ada.text).toContain('recovery code')
  })

  it('FND-27: comes back below the path that the app is mounted at', async () => {
    await using all = await providerWorld({ accounts: { pages: true } })
    const { app } = all.world
    const answer = await app.fetch(
      new Request('http://localhost/shop/account/sign-in/provider?next=/account/sessions'),
      { mountPath: '/shop' },
    )
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/shop/account/sessions'])
  })
})
