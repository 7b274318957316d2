import { mkdirSync } from 'node:fs'
import { TOTP } from 'otpauth'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createApp, html, query } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { OTHER_PASSWORD, PASSWORD } from '../accounts/accounts-app.ts'
import { accessibilityMistakes, focusMistakes, watchPage } from './accessibility.ts'
import { type AccountSite, accountSite } from './account-pages-site.ts'
import { BROWSER_PATH, LAUNCH_MS, launchBrowser } from './browser.ts'

const SLOW = { timeout: 180_000 }
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
/** Where pictures are kept, for whoever wants to look at them. */
const PICTURES = process.env['TREFOIL_PICTURES']

/** The pages of accounts in a real browser: a whole life of a person, without script but for passkeys. */
describe.skipIf(BROWSER_PATH === null)('the pages of accounts in a browser', () => {
  let browser: Browser
  let site: AccountSite
  let stranger: RunningServer

  beforeAll(async () => {
    browser = await launchBrowser()
    site = await accountSite()
    const other = createApp({ log: { logger: quiet }, edge: { hosts: ['*'], security: 'off' } })
    other.get('/', { params: { target: query(z.string()) } }, ({ target }) =>
      html(`<!doctype html><form method="post" action="${target}"><input name="email" value="eve@example.com">
        <input name="password" value="${PASSWORD}"></form><script>document.forms[0].submit()</script>`),
    )
    stranger = await serve(other, { port: 0, host: '0.0.0.0', signals: false })
  }, LAUNCH_MS)

  afterAll(async () => {
    await browser?.close()
    for (const one of [site?.server, stranger]) await one?.close()
  })

  async function open(options: Parameters<Browser['newContext']>[0] = {}): Promise<{
    context: BrowserContext
    page: Page
    complaints: readonly string[]
  }> {
    const context = await browser.newContext({ locale: 'en-GB', ...options })
    const page = await context.newPage()
    return { context, page, complaints: watchPage(page) }
  }

  const press = (page: Page, name: string) =>
    page.getByRole('button', { name, exact: true }).click()
  const typed = (page: Page, label: string, text: string) => page.getByLabel(label).fill(text)
  const go = (page: Page, path: string) => page.goto(site.at(path))

  async function register(page: Page, email: string): Promise<void> {
    await go(page, '/account/register')
    await typed(page, 'E-mail address', email)
    await typed(page, 'Password', PASSWORD)
    await press(page, 'Create account')
    await page.waitForURL(site.at('/account/check-mail'))
    await page.goto(await site.linkTo(email))
    await press(page, 'Confirm my address')
    await page.waitForURL(site.at('/account/sign-in'))
  }

  async function signIn(page: Page, email: string, password = PASSWORD): Promise<void> {
    await go(page, '/account/sign-in')
    await typed(page, 'E-mail address or user name', email)
    await typed(page, 'Password', password)
    await press(page, 'Sign in')
  }

  /** @returns what the app shows, a step later: a code is good once */
  async function enrol(
    page: Page,
    look: (name: string) => Promise<void> = async () => {},
  ): Promise<{ code: () => string; recovery: readonly string[] }> {
    await go(page, '/account/authenticator')
    await typed(page, 'Your password', PASSWORD)
    await press(page, 'Set up an app')
    await look('authenticator-setup')
    const secret = (await page.locator('pre').textContent()) ?? ''
    const totp = new TOTP({ secret: secret.replaceAll(' ', '') })
    await typed(page, 'Then enter the code that the app shows', totp.generate())
    await press(page, 'Switch on')
    const recovery = ((await page.locator('pre').textContent()) ?? '').split('\n')
    return { code: () => totp.generate({ timestamp: Date.now() + 30_000 }), recovery }
  }

  it('a whole life, with script off', SLOW, async () => {
    const { context, page, complaints } = await open({ javaScriptEnabled: false })
    const email = 'life@example.com'
    await register(page, email)
    expect(await page.locator('.notice').textContent()).toContain('Your address is confirmed')

    await signIn(page, email, 'not the password')
    expect(await page.locator('.notice').textContent()).toContain(
      'The name or the password is wrong',
    )
    await signIn(page, email)
    await page.waitForURL(site.at('/account'))
    expect(await page.textContent('main')).toContain(email)

    const { code, recovery } = await enrol(page)
    expect(recovery).toHaveLength(8)
    await page.getByRole('link', { name: 'I have kept them' }).click()
    await page.waitForURL(site.at('/account'))
    await press(page, 'Sign out')
    await page.waitForURL(site.at('/account/signed-out'))

    // What the button Back shows is nothing that was kept.
    await page.goBack()
    await page.waitForURL(/\/account\/sign-in/)
    expect(await page.textContent('main')).not.toContain(email)

    await signIn(page, email)
    await page.waitForURL(site.at('/account/second-factor'))
    expect(page.url()).not.toMatch(/token|tfl_/)
    await typed(page, 'Code of the app, or a recovery code', code())
    await press(page, 'Continue')
    await page.waitForURL(site.at('/account'))

    await press(page, 'Sign out')
    await signIn(page, email)
    await typed(page, 'Code of the app, or a recovery code', recovery[3] ?? '')
    await press(page, 'Continue')
    await page.waitForURL(site.at('/account'))
    expect(await page.textContent('main')).toContain('7 left')

    const phone = await open({ javaScriptEnabled: false })
    await signIn(phone.page, email)
    await typed(phone.page, 'Code of the app, or a recovery code', recovery[4] ?? '')
    await press(phone.page, 'Continue')
    await phone.page.waitForURL(site.at('/account'))
    await go(page, '/account/sessions')
    await press(page, 'Sign out everywhere else')
    expect(await page.textContent('main')).toContain('All other devices are signed out')
    await go(phone.page, '/account')
    expect(phone.page.url()).toContain('/account/sign-in')
    await phone.context.close()

    await go(page, '/account/password')
    await typed(page, 'Your password', PASSWORD)
    await typed(page, 'New password', OTHER_PASSWORD)
    await press(page, 'Change your password')
    await page.waitForURL(site.at('/account'))
    await go(page, '/account/delete')
    await typed(page, 'Your password', OTHER_PASSWORD)
    await press(page, 'Delete my account for good')
    await page.waitForURL(site.at('/account/deleted'))
    await signIn(page, email, OTHER_PASSWORD)
    expect(await page.locator('.notice').textContent()).toContain(
      'The name or the password is wrong',
    )
    expect(complaints).toEqual([])
    await context.close()
  })

  it(
    'passkeys: added, signed in with, asked for as second factor, renamed, removed',
    SLOW,
    async () => {
      const { context, page, complaints } = await open()
      const cdp = await context.newCDPSession(page)
      await cdp.send('WebAuthn.enable')
      await cdp.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          protocol: 'ctap2',
          transport: 'internal',
          hasResidentKey: true,
          hasUserVerification: true,
          isUserVerified: true,
          automaticPresenceSimulation: true,
        },
      })
      const email = 'keys@example.com'
      await register(page, email)
      await signIn(page, email)
      await go(page, '/account/passkeys')
      await typed(page, 'Name of the passkey', 'Laptop <b>\u202e')
      await typed(page, 'Your password', PASSWORD)
      await page.getByLabel('Your password').press('Enter')
      // The first factor comes with recovery codes, shown once.
      await page.waitForSelector('#passkey-codes:not([hidden])')
      expect(
        ((await page.locator('#passkey-codes pre').textContent()) ?? '').split('\n'),
      ).toHaveLength(8)
      await page.getByRole('link', { name: 'I have kept them' }).click()
      await page.waitForLoadState()
      expect(await page.textContent('main')).toContain('Laptop <b>')

      await go(page, '/account')
      await press(page, 'Sign out')
      await go(page, '/account/sign-in?next=/account/sessions')
      await press(page, 'Sign in with a passkey')
      await page.waitForURL(site.at('/account/sessions'))

      await go(page, '/account')
      await press(page, 'Sign out')
      await signIn(page, email)
      await page.waitForURL(site.at('/account/second-factor'))
      await press(page, 'Use a passkey')
      await page.waitForURL(site.at('/account'))

      await go(page, '/account/passkeys')
      // By keyboard, and one field alone: whoever has shown a passkey just now is asked for no more.
      await page.locator('#new-passkey-name').fill('Another')
      await page.locator('#new-passkey-name').press('Enter')
      await page.waitForFunction(() => document.querySelector('#passkey-register')?.textContent)
      expect(page.url()).toBe(site.at('/account/passkeys'))
      await page.locator('summary').click()
      await page.locator('details').getByLabel('Name of the passkey').fill('Desk')
      await press(page, 'Rename')
      expect(await page.textContent('main')).toContain('The passkey has another name.')
      await page.locator('summary').click()
      await page.getByRole('button', { name: 'Remove Desk' }).click()
      await page.waitForLoadState()
      expect(await page.textContent('main')).toContain('The passkey is removed.')
      expect(complaints).toEqual([])
      await context.close()
    },
  )

  it('HTTP-8: a form of another site signs nobody in', SLOW, async () => {
    const { context, page } = await open()
    await go(page, '/account/sign-in')
    const target = encodeURIComponent(site.at('/account/sign-in'))
    await page.goto(`http://127.0.0.1:${stranger.port}/?target=${target}`)
    await page.waitForURL(site.at('/account/sign-in'))
    expect(await page.textContent('main')).toContain('This came from another site')
    expect((await context.cookies()).map(({ name }) => name)).not.toContain('__Host-trefoil_login')
    await context.close()
  })

  for (const width of [400, 1280]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      it(`every page is right at ${width} px, ${colorScheme}`, SLOW, async () => {
        const viewport = { width, height: 800 }
        const { context, page, complaints } = await open({ viewport, colorScheme })
        const look = async (name: string) => {
          expect(await accessibilityMistakes(page), name).toEqual([])
          expect(await focusMistakes(page), name).toEqual([])
          if (PICTURES === undefined) return
          mkdirSync(PICTURES, { recursive: true })
          await page.screenshot({
            path: `${PICTURES}/${name}-${width}-${colorScheme}.png`,
            fullPage: true,
          })
        }
        const email = `look-${width}-${colorScheme}@example.com`
        for (const path of ['sign-in', 'register', 'check-mail', 'verify-email?token=x']) {
          await go(page, `/account/${path}`)
          await look(path.replace(/\W+/g, '-'))
        }
        for (const path of ['sign-in/link', 'sign-in/link/sent', 'magic-link', 'sign-in/code']) {
          await go(page, `/account/${path}`)
          await look(path.replace(/\W+/g, '-'))
        }
        for (const path of ['sign-in/code/enter', 'forgot-password', 'forgot-password/sent']) {
          await go(page, `/account/${path}`)
          await look(path.replace(/\W+/g, '-'))
        }
        for (const path of [
          'reset-password?token=x',
          'signed-out',
          'deleted',
          'second-factor',
          'enrol',
          'sign-in/provider?oauth_error=access_denied',
        ]) {
          await go(page, `/account/${path}`)
          await look(path.replace(/\W+/g, '-'))
        }
        await register(page, email)
        await look('verified')
        await signIn(page, email, 'wrong')
        await look('sign-in-wrong')
        await go(page, '/account/register')
        await typed(page, 'E-mail address', email)
        await typed(page, 'Password', 'short')
        await press(page, 'Create account')
        await look('register-weak')
        await signIn(page, email)
        await look('account')
        for (const path of [
          'password',
          'email',
          'email/sent',
          'change-email',
          'username',
          'delete',
          'passkeys',
          'providers',
          'authenticator',
          'recovery-codes',
          'confirm',
          'sessions',
        ]) {
          await go(page, `/account/${path}`)
          await look(path.replace(/\W+/g, '-'))
        }
        const { recovery } = await enrol(page, look)
        expect(recovery).toHaveLength(8)
        await look('authenticator-codes')
        await go(page, '/account')
        await look('account-two-factors')
        await go(page, '/account/authenticator')
        await look('authenticator-on')
        await go(page, '/account')
        await press(page, 'Sign out')
        await signIn(page, email)
        await look('second-factor-waiting')
        expect(complaints).toEqual([])
        await context.close()
      })
    }
  }
})
