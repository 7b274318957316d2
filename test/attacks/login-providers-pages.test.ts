// The pages of accounts beside a real provider, by somebody without a script.
import { describe, expect, it } from 'vitest'
import { PageVisitor } from '../accounts/page-visitor.ts'
import { Browser, type ProviderWorld, providerWorld } from '../accounts/provider-world.ts'
import type { IdentityProvider } from '../support/identity-provider.ts'

const VERIFIED = { email: 'ada@example.com', email_verified: true }

/** Opens the sign-in page, and follows its link to the provider and back. */
async function enter(
  it_: ProviderWorld,
  visitor: PageVisitor,
  page = '/account/sign-in',
  idp: IdentityProvider = it_.idp,
) {
  await visitor.open(page)
  const links = [...visitor.page.html.matchAll(/href="([^"]*\/oauth\/[^"]*)"/g)]
  const [, link = ''] = links[0] ?? []
  const sent = await visitor.client.http.get(link.replaceAll('&amp;', '&'))
  const away = sent.headers.get('location') ?? ''
  const back = await idp.visit(away)
  await visitor.open(back.href)
  return { away: new URL(away), back }
}

describe('login with a provider by pages', () => {
  it('signs in, and goes on to where the person was going', async () => {
    await using it_ = await providerWorld({ accounts: { pages: {} } })
    it_.idp.people.set('sub-1', VERIFIED)
    it_.idp.who = 'sub-1'
    const visitor = new PageVisitor(new Browser(it_.world).client)
    const { away } = await enter(it_, visitor, '/account/sign-in?next=%2Faccount%2Fsessions')
    expect(away.searchParams.get('max_age')).toBeNull()
    expect([visitor.page.status, visitor.page.at]).toEqual([200, '/account/sessions'])
    // Once more, to show who he is: the provider is to look.
    expect((await enter(it_, visitor)).away.searchParams.get('max_age')).toBe('10')
  })

  it('says so where the provider says no, and where it is not known whose account it is', async () => {
    await using it_ = await providerWorld({ accounts: { pages: {} } })
    it_.idp.who = null
    const visitor = new PageVisitor(new Browser(it_.world).client)
    await enter(it_, visitor)
    expect(visitor.page.status).toBe(200)
    expect(visitor.text).toMatch(/again/i)
    it_.idp.who = 'sub-1'
    it_.idp.people.set('sub-1', { email: 'ada@example.com', email_verified: false })
    const { back } = await enter(it_, visitor)
    expect([visitor.page.status, visitor.page.headers.get('content-type')]).toEqual([
      400,
      'text/html; charset=utf-8',
    ])
    // The back button.
    await visitor.open(back.href)
    expect(visitor.page.headers.get('content-type')).toMatch('text/html')
  })

  it('MFA-2: asks for the second factor, and nobody is signed in without it', async () => {
    await using it_ = await providerWorld({
      accounts: { pages: {}, mfa: { enforceForAllUsers: true } },
    })
    it_.idp.people.set('sub-1', VERIFIED)
    it_.idp.who = 'sub-1'
    const visitor = new PageVisitor(new Browser(it_.world).client)
    await enter(it_, visitor, '/account/sign-in?next=%2Faccount%2Fsessions')
    expect(visitor.page.at).toMatch(/^\/account\/sign-in\/provider\?/)
    await visitor.send({})
    // Has none yet: it is set up.
    expect(visitor.page.at).toMatch(/^\/account\/enrol/)
    expect(visitor.text).toMatch(/second factor/)
    await visitor.open('/account/sessions')
    expect(visitor.page.at).toMatch(/^\/account\/sign-in/)
  })
})
