import { describe, expect, it } from 'vitest'
import { PASSWORD } from './accounts-world.ts'
import { Browser, type ProviderWorld, providerWorld } from './provider-world.ts'

const ADA = 'ada@example.com'
const EVE = 'eve@example.com'
const VERIFIED = { email: ADA, email_verified: true }

async function accounts({ world }: ProviderWorld): Promise<number> {
  return (await world.run('select id from trefoil_accounts')).length
}

/** Signs in by a link, and asks to add a provider. */
async function linked(
  it_: ProviderWorld,
  browser: Browser,
  token: string,
  who: string,
  more: object = {},
): Promise<Awaited<ReturnType<Browser['back']>>> {
  it_.idp.who = who
  const sent = await browser.post('/oauth/idp/link', more, token)
  if (sent.status !== 200) return sent
  return browser.back(await it_.idp.visit(String(sent.body['url'])))
}

describe('whose account it is', () => {
  it('S-OA-3: the same id of two providers is two people', async () => {
    await using it_ = await providerWorld({ provider: { trustsEmail: false } })
    const [one, two] = [new Browser(it_.world), new Browser(it_.world)]
    await one.signIn(it_.idp, 'admin')
    await two.signIn(it_.other, 'admin', '/oauth/other/login')
    const [first, second] = [(await one.me()).body['id'], (await two.me()).body['id']]
    expect(first).toEqual(expect.any(String))
    expect(second).toEqual(expect.any(String))
    expect(first).not.toBe(second)
  })

  it('SW-22: a provider that is not trusted for addresses leads to nobody by one', async () => {
    await using it_ = await providerWorld({ provider: { trustsEmail: false } })
    await it_.world.register(ADA, PASSWORD)
    const ada = await it_.world.idOf(await it_.world.login(ADA, PASSWORD))
    it_.idp.people.set('eve', VERIFIED)
    const browser = new Browser(it_.world)
    await browser.signIn(it_.idp, 'eve')
    const { body } = await browser.me()
    expect(body).toMatchObject({ email: null })
    expect(body['id']).not.toBe(ada)
  })

  it('SW-22, GHSA-g38m-r43w-p2q7: an address counts only where it is said to be verified', async () => {
    await using it_ = await providerWorld()
    await it_.world.register(ADA, PASSWORD)
    const claims: readonly [object, string][] = [
      [{ email: ADA }, 'unverified_email'],
      [{ email: ADA, email_verified: false }, 'unverified_email'],
      [{ email: ADA, email_verified: 'true' }, 'unverified_email'],
      [{ email: ADA, email_verified: 1 }, 'unverified_email'],
      [{ email: 'no address', email_verified: true }, 'no_email'],
      [{ email: [ADA], email_verified: true }, 'no_email'],
    ]
    for (const [given, code] of claims) {
      it_.idp.claims = (all) => ({ ...all, ...given })
      const back = await new Browser(it_.world).signIn(it_.idp, 'eve')
      expect([given, back.status, back.code]).toEqual([given, 400, code])
    }
    expect(await it_.world.run('select id from trefoil_accounts_identities')).toEqual([])
  })

  it('a provider may be trusted for the mailboxes of some domains alone', async () => {
    await using it_ = await providerWorld({ provider: { trustsEmail: ['corp.example'] } })
    it_.idp.people.set('a', { email: 'a@corp.example', email_verified: true })
    it_.idp.people.set('b', VERIFIED)
    it_.idp.people.set('c', { email: 'c@evil.corp.example', email_verified: true })
    for (const [who, email] of [
      ['a', 'a@corp.example'],
      ['b', null],
      ['c', null],
    ] as const) {
      const browser = new Browser(it_.world)
      await browser.signIn(it_.idp, who)
      expect((await browser.me()).body['email']).toBe(email)
    }
  })

  it('GHSA-g38m-r43w-p2q7, GHSA-qq9h-g4jm-xgf3: who registered an address that is not his stays outside', async () => {
    await using it_ = await providerWorld()
    const { world } = it_
    await world.post('/register', { email: ADA, password: PASSWORD })
    const link = await world.linkTo(ADA)
    it_.idp.people.set('ada', VERIFIED)
    const browser = new Browser(world)
    expect((await browser.signIn(it_.idp, 'ada')).status).toBe(303)
    expect((await world.post('/login', { username: ADA, password: PASSWORD })).code).toBe(
      'login_bad_credentials',
    )
    expect((await world.post('/verify-email', { token: link })).code).toBe('invalid_link')
    expect((await browser.me()).body).toMatchObject({ email: ADA, has_password: false })
    expect(await accounts(it_)).toBe(1)
  })

  it('comes to the account of a proved mailbox, and its owner is told', async () => {
    await using it_ = await providerWorld()
    const { world } = it_
    await world.register(ADA, PASSWORD)
    const id = await world.idOf(await world.login(ADA, PASSWORD))
    it_.idp.people.set('ada', { email: 'Ada@Example.com', email_verified: true })
    const browser = new Browser(world)
    await browser.signIn(it_.idp, 'ada')
    expect((await browser.me()).body).toMatchObject({ id, has_password: true })
    expect((await world.mailTo(ADA))?.subject).toMatch(/another way to sign in/)
    // The mailbox is given to somebody else at the provider: another subject, the same address.
    it_.idp.people.set('successor', VERIFIED)
    const other = await new Browser(world).signIn(it_.idp, 'successor')
    expect([other.status, other.code]).toEqual([409, 'link_required'])
  })

  it('lets nobody in who is disabled, and adds nothing to his account', async () => {
    await using it_ = await providerWorld()
    const { world } = it_
    await world.register(ADA, PASSWORD)
    await world.run('update trefoil_accounts set disabled_at = 1, epoch = epoch + 1 returning id')
    it_.idp.people.set('ada', VERIFIED)
    const back = await new Browser(world).signIn(it_.idp, 'ada')
    expect([back.status, back.code]).toEqual([401, 'account_disabled'])
    expect(await world.run('select id from trefoil_accounts_identities')).toEqual([])
    await world.run('update trefoil_accounts set disabled_at = null returning id')
    expect((await new Browser(world).signIn(it_.idp, 'ada')).status).toBe(303)
    await world.run('update trefoil_accounts set disabled_at = 1 returning id')
    expect((await new Browser(world).signIn(it_.idp, 'ada')).code).toBe('account_disabled')
  })

  it('makes no account where registration is closed', async () => {
    await using it_ = await providerWorld({ accounts: { registration: 'closed' } })
    it_.idp.people.set('ada', VERIFIED)
    const back = await new Browser(it_.world).signIn(it_.idp, 'ada')
    expect([back.status, back.code]).toEqual([403, 'registration_closed'])
    expect(await accounts(it_)).toBe(0)
  })

  it('twenty who come the first time at the same time are one', async () => {
    await using it_ = await providerWorld()
    it_.idp.people.set('ada', VERIFIED)
    it_.idp.who = 'ada'
    const browsers = Array.from({ length: 20 }, () => new Browser(it_.world))
    const urls = await Promise.all(browsers.map((browser) => browser.away(it_.idp)))
    const all = await Promise.all(browsers.map((one, index) => one.back(urls[index] as URL)))
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([303]))
    const ids = await Promise.all(browsers.map(async (one) => (await one.me()).body['id']))
    expect(new Set(ids).size).toBe(1)
    expect(await accounts(it_)).toBe(1)
  })

  it('onLogin may keep somebody out', async () => {
    await using it_ = await providerWorld({
      accounts: {
        onLogin: () => {
          throw new Error('not today')
        },
      },
    })
    it_.idp.people.set('ada', VERIFIED)
    const browser = new Browser(it_.world)
    const back = await browser.signIn(it_.idp, 'ada')
    expect(back.status).toBe(500)
    expect((await browser.me()).status).toBe(401)
  })

  it('ends with the account', async () => {
    await using it_ = await providerWorld()
    it_.idp.people.set('ada', VERIFIED)
    const browser = new Browser(it_.world)
    await browser.signIn(it_.idp, 'ada')
    expect((await browser.post('/delete-account', {})).status).toBe(204)
    expect(await it_.world.run('select id from trefoil_accounts_identities')).toEqual([])
    const again = new Browser(it_.world)
    await again.signIn(it_.idp, 'ada')
    expect((await again.me()).status).toBe(200)
  })
})

describe('another way in', () => {
  it('SW-22: is added by who is signed in and shows it, and only from his own browser', async () => {
    await using it_ = await providerWorld({ provider: { trustsEmail: false } })
    const { world } = it_
    await world.register(ADA, PASSWORD)
    const token = await world.login(ADA, PASSWORD)
    const browser = new Browser(world)
    expect((await linked(it_, browser, token, 'ada')).code).toBe('login_bad_credentials')
    expect((await browser.post('/oauth/idp/link', {})).status).toBe(401)
    // An address that its owner sends to somebody else adds that one's id to nobody.
    it_.idp.who = 'victim'
    const sent = await browser.post('/oauth/idp/link', { current_password: PASSWORD }, token)
    const back = await it_.idp.visit(String(sent.body['url']))
    expect((await new Browser(world).back(back)).code).toBe('invalid_state')
    const done = await linked(it_, browser, token, 'ada', {
      current_password: PASSWORD,
      next: '/account',
    })
    expect([done.status, done.location]).toEqual([303, 'https://shop.example/account'])
    expect(done.headers.getSetCookie().join()).not.toMatch(/trefoil_login/)
    expect((await world.mailTo(ADA))?.subject).toMatch(/another way to sign in/)
    const other = new Browser(world)
    await other.signIn(it_.idp, 'ada')
    expect((await other.me()).body).toMatchObject({ email: ADA })
    const listed = await world.get('/identities', token)
    expect(listed.body).toEqual({
      identities: [
        {
          id: expect.any(String),
          provider: 'idp',
          issuer: it_.idp.issuer,
          linked_at: expect.any(String),
          used_at: expect.any(String),
        },
      ],
      providers: ['idp', 'other'],
    })
  })

  it('is not added once the session, or the account of then, is over', async () => {
    await using it_ = await providerWorld({ provider: { trustsEmail: false } })
    const { world } = it_
    it_.idp.who = 'eve'
    for (const end of ['logout', 'password'] as const) {
      const token = await world.enter(end === 'logout' ? ADA : EVE)
      const browser = new Browser(world)
      const sent = await browser.post('/oauth/idp/link', {}, token)
      const back = await it_.idp.visit(String(sent.body['url']))
      if (end === 'logout') await world.post('/logout', {}, token)
      else await world.post('/change-password', { password: PASSWORD }, token)
      const late = await browser.back(back)
      expect([late.status, late.code]).toEqual([401, 'fresh_login_required'])
    }
    expect(await world.run('select id from trefoil_accounts_identities')).toEqual([])
  })

  it('is nobody else’s already', async () => {
    await using it_ = await providerWorld({ provider: { trustsEmail: false } })
    const { world } = it_
    const [ada, eve] = [await world.enter(ADA), await world.enter(EVE)]
    expect((await linked(it_, new Browser(world), ada, 'one')).status).toBe(303)
    // Again, it is there.
    expect((await linked(it_, new Browser(world), ada, 'one')).status).toBe(303)
    const taken = await linked(it_, new Browser(world), eve, 'one')
    expect([taken.status, taken.code]).toEqual([409, 'identity_taken'])
    expect(await world.run('select id from trefoil_accounts_identities')).toHaveLength(1)
  })

  it('is removed by its owner, and all sessions of before end', async () => {
    await using it_ = await providerWorld({ provider: { trustsEmail: false } })
    const { world } = it_
    const token = await world.enter(ADA)
    await linked(it_, new Browser(world), token, 'one')
    const intruder = new Browser(world)
    await intruder.signIn(it_.idp, 'one')
    const { body } = await world.get('/identities', token)
    const [identity] = body['identities'] as { readonly id: string }[]
    const path = `/identities/${identity?.id}/unlink`
    const other = await world.enter(EVE)
    expect((await world.post(path, {}, other)).code).toBe('identity_not_found')
    // Nothing of hers was ended by that.
    expect((await world.get('/me', other)).status).toBe(200)
    const done = await world.post(path, {}, token)
    expect([done.status, typeof done.body['access_token']]).toEqual([200, 'string'])
    expect((await intruder.me()).status).toBe(401)
    expect((await world.get('/me', token)).status).toBe(401)
    const mail = await world.mailTo(ADA)
    expect(mail?.subject).toMatch(/was removed/)
  })

  it('is not removed where it is the last one, also by two at the same time', async () => {
    await using it_ = await providerWorld({ provider: { trustsEmail: false } })
    const { world } = it_
    const browser = new Browser(world)
    await browser.signIn(it_.idp, 'one')
    const first = (await browser.get('/identities')).body['identities'] as { id: string }[]
    const last = await browser.post(`/identities/${first[0]?.id}/unlink`, {})
    expect([last.status, last.code]).toEqual([409, 'last_way_in'])
    expect((await browser.me()).status).toBe(200)
    it_.other.who = 'two'
    const sent = await browser.post('/oauth/other/link', {})
    await browser.back(await it_.other.visit(String(sent.body['url'])))
    const all = (await browser.get('/identities')).body['identities'] as { id: string }[]
    expect(all).toHaveLength(2)
    const done = await Promise.all(
      all.map(({ id }) => browser.post(`/identities/${id}/unlink`, {})),
    )
    expect(done.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await world.run('select id from trefoil_accounts_identities')).toHaveLength(1)
  })

  it('needs a fresh login of who has no password', async () => {
    await using it_ = await providerWorld({ provider: { trustsEmail: false } })
    const token = await it_.world.enter(ADA)
    it_.world.at += 5 * 60_000 + 1
    const late = await new Browser(it_.world).post('/oauth/idp/link', {}, token)
    expect([late.status, late.code]).toEqual([401, 'fresh_login_required'])
  })
})
