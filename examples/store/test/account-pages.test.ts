// The same people in a browser: pages, a second factor, a passkey's options, a provider.
import { Secret, TOTP } from 'otpauth'
import type { Accounts } from 'trefoil/accounts'
import { serve } from 'trefoil/node'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { storeProviders } from '../src/accounts.ts'
import { readSettings } from '../src/settings.ts'

const EMAIL = 'ada@example.com'
const PASSWORD = 'seven green otters sing'
const HTML = { accept: 'text/html' }

let people: Accounts | null = null
let url = ''
let stop = async () => {}
let printed = ''

beforeAll(async () => {
  vi.stubEnv('TREFOIL_ENV', 'development')
  vi.stubEnv('TREFOIL_DATABASE_URL', ':memory:')
  vi.stubEnv('TREFOIL_LOG_LEVEL', 'error')
  vi.stubEnv('PORT', '8123')
  vi.stubEnv('STORE_SECRET', 'the secret of a store that only tests use')
  vi.stubEnv('STORE_AUDIT_KEY', 'the audit key of a store that only tests use')
  vi.stubEnv('STORE_OIDC_ISSUER', 'http://localhost:9400')
  vi.stubEnv('STORE_OIDC_CLIENT_ID', 'store')
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed += text
    return true
  })
  const store = await import('../src/app.ts')
  people = store.people
  const server = await serve(store.app, { port: 0 })
  url = server.url
  stop = () => server.close()
})

afterAll(async () => {
  await stop()
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

const json = { 'content-type': 'application/json' }

async function ask(path: string, body: object): Promise<Record<string, string>> {
  const sent = await fetch(url + path, {
    method: 'POST',
    headers: json,
    body: JSON.stringify(body),
  })
  return (await sent.json()) as Record<string, string>
}

/** A browser without script. */
class Visitor {
  readonly #jar = new Map<string, string>()

  async open(path: string): Promise<string> {
    const headers = { ...HTML, cookie: this.#cookie() }
    const page = await fetch(url + path, { headers, redirect: 'manual' })
    this.#keep(page.headers)
    expect(page.status, path).toBe(200)
    return page.text()
  }

  /** Sends the form of a page that is sent to `action`. */
  async send(path: string, fields: Record<string, string>, action = path) {
    const [to = ''] = action.split('?')
    const page = await this.open(path)
    const form = page.split('<form').find((part) => part.includes(`action="${to}"`)) ?? ''
    const unseen = form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)
    const carried = Object.fromEntries([...unseen].map(([, name, value]) => [name, value]))
    const headers = { ...HTML, cookie: this.#cookie(), 'sec-fetch-site': 'same-origin' }
    const body = new URLSearchParams({ ...carried, ...fields })
    const sent = await fetch(url + to, { method: 'POST', redirect: 'manual', headers, body })
    this.#keep(sent.headers)
    return sent
  }

  #cookie(): string {
    return [...this.#jar].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #keep(headers: Headers): void {
    for (const line of headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') this.#jar.delete(name)
      else this.#jar.set(name, value)
    }
  }
}

const signIn = (visitor: Visitor) =>
  visitor.send('/account/sign-in', { email: EMAIL, password: PASSWORD })

describe('a customer with a browser', () => {
  const ada = new Visitor()

  it('is sent to the page to sign in, which offers a passkey and the provider', async () => {
    const refused = await fetch(`${url}/shop`, { headers: HTML, redirect: 'manual' })
    expect([refused.status, refused.headers.get('location')]).toEqual([
      303,
      '/account/sign-in?next=%2Fshop',
    ])
    const page = await ada.open('/account/sign-in')
    expect(page).toContain('data-passkey="login"')
    expect(page).toContain('Sign in with company')
  })

  it('registers by the link of a mail, which leads to where the store listens', async () => {
    const sent = await ada.send('/account/register', { email: EMAIL, password: PASSWORD })
    expect(sent.headers.get('location')).toBe('/account/check-mail')
    const link = /http:\/\/localhost:8123(\/account\/verify-email\?token=\S+)/
    await expect.poll(() => printed, { timeout: 20_000 }).toMatch(link)
    const path = link.exec(printed)?.[1] ?? ''
    expect((await ada.send(path, {}, path)).status).toBe(303)
    expect((await signIn(ada)).headers.get('location')).toBe('/shop')
  })

  it('orders, and what is wrong with it is said at its field', async () => {
    const order = (quantity: string) =>
      ada.send('/shop', { sku: 'sku-coffee', quantity, note: '<b>ring\u202e' }, '/shop/order')
    for (const quantity of ['0', '101', 'many', '1.5']) {
      expect((await order(quantity)).status, quantity).toBe(422)
    }
    expect((await order('2')).headers.get('location')).toBe('/shop')
    const shop = await ada.open('/shop')
    expect(shop).toContain('ord_2001')
    expect(shop).toContain('&lt;b&gt;ring')
    expect(shop).not.toContain('\u202e')
    expect(shop).not.toContain('ord_1001')
  })

  it('S-MFA-1: has to have a second factor once she is an administrator', async () => {
    const grant = people?.commands?.find(({ name }) => name === 'grant')
    const context = {
      options: { account: EMAIL, role: 'admin' },
      app: undefined as never,
      signal: new AbortController().signal,
      print() {},
    }
    await grant?.run(context)
    const half = await ask('/auth/login', { email: EMAIL, password: PASSWORD })
    expect(half).toMatchObject({ code: 'MFA_REQUIRED', needs: 'enrol' })
    const { pre_token } = half
    const { secret = '', otpauth_url } = await ask('/auth/mfa/enrol/start', { pre_token })
    expect(otpauth_url).toContain('issuer=Trefoil%20Store')
    const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate()
    const { access_token } = await ask('/auth/mfa/enrol/confirm', { pre_token, code })
    const headers = { authorization: `Bearer ${access_token}` }
    const gone = await fetch(`${url}/orders/ord_1002`, { method: 'DELETE', headers })
    expect(gone.status).toBe(204)
    // In a browser: the page that asks for the code.
    expect((await signIn(new Visitor())).headers.get('location')).toMatch(
      /^\/account\/second-factor/,
    )
  })
})

describe('login with a provider', () => {
  it('needs both variables, and none is none', () => {
    const made = (env: Record<string, string>) => storeProviders(readSettings(env)).providers
    expect(made({})).toBeUndefined()
    const issuer = { STORE_OIDC_ISSUER: 'https://id.example' }
    expect(() => made(issuer)).toThrow('STORE_OIDC_CLIENT_ID')
    expect(() => made({ STORE_OIDC_CLIENT_ID: 'a' })).toThrow('STORE_OIDC_ISSUER')
    expect(made({ ...issuer, STORE_OIDC_CLIENT_ID: 'a' })).toMatchObject({ company: {} })
  })
})
