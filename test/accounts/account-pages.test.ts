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
})
