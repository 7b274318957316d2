// People who register at the store: their mailbox, their sessions, and orders of their own.
import type { Accounts } from 'trefoil/accounts'
import { auditLog } from 'trefoil/audit'
import { serve } from 'trefoil/node'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { issueAccessToken } from '../src/access-token.ts'
import { storeAccounts } from '../src/accounts.ts'
import { storeDatabase } from '../src/database.ts'
import { PEOPLE } from '../src/people.ts'

const EMAIL = 'ada@example.com'
const PASSWORD = 'seven green otters sing'
const SECRET = 'the secret of a store that only tests use'
const Tokens = z.object({
  access_token: z.string().startsWith('tfl_at_'),
  refresh_token: z.string().startsWith('tfl_rt_'),
  token_type: z.literal('bearer'),
  expires_in: z.literal(900),
  device_token: z.string(),
})
const Order = z.looseObject({ id: z.string(), customer_id: z.string() })

let people: Accounts | null = null
let url = ''
let stop = async () => {}
/** What the store printed. */
let printed = ''

beforeAll(async () => {
  vi.stubEnv('TREFOIL_ENV', 'development')
  vi.stubEnv('TREFOIL_DATABASE_URL', ':memory:')
  vi.stubEnv('TREFOIL_LOG_LEVEL', 'error')
  vi.stubEnv('STORE_SECRET', SECRET)
  vi.stubEnv('STORE_API_KEY', 'the-key-of-a-store-that-only-tests-use')
  vi.stubEnv('STORE_AUDIT_KEY', 'the audit key of a store that only tests use')
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

/** The token of the newest mail. */
function mailedToken(): string | undefined {
  const token = /[?]token=([\w%.~-]+)(?![\s\S]*[?]token=)/.exec(printed)?.[1]
  return token === undefined ? undefined : decodeURIComponent(token)
}

/** As a form of a page sends it. */
async function send(path: string, fields: Record<string, string>, token = ''): Promise<Response> {
  const headers = token === '' ? {} : { authorization: `Bearer ${token}` }
  return fetch(url + path, { method: 'POST', body: new URLSearchParams(fields), headers })
}

async function as(token: string, path: string, body?: object): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const more = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  return fetch(url + path, { headers, ...more })
}

describe('a customer', () => {
  let token = ''

  it('registers, opens the link of the mail, and signs in', async () => {
    const login = () => send('/auth/login', { email: EMAIL, password: PASSWORD })
    expect((await send('/auth/register', { email: EMAIL, password: PASSWORD })).status).toBe(202)
    const early = await login()
    expect([early.status, await early.json()]).toMatchObject([
      400,
      { detail: 'LOGIN_USER_NOT_VERIFIED' },
    ])
    await expect.poll(mailedToken, { timeout: 20_000 }).toBeDefined()
    const link = { token: mailedToken() ?? '' }
    expect((await send('/auth/verify-email', link)).status).toBe(200)
    expect((await send('/auth/verify-email', link)).status).toBe(400)
    const wrong = await send('/auth/login', { email: EMAIL, password: 'not this one' })
    expect([wrong.status, await wrong.json()]).toMatchObject([
      400,
      { detail: 'LOGIN_BAD_CREDENTIALS' },
    ])
    token = Tokens.parse(await (await login()).json()).access_token
    expect(await (await as(token, '/me')).json()).toMatchObject({ roles: ['customer'] })
  })

  it('orders for herself, and sees her own orders alone', async () => {
    const { subject } = z
      .object({ subject: z.string() })
      .parse(await (await as(token, '/me')).json())
    const placed = await as(token, '/me/orders', { sku: 'sku-coffee', quantity: 2 })
    expect(placed.status).toBe(201)
    const order = Order.parse(await placed.json())
    expect(order.customer_id).toBe(subject)
    expect(await (await as(token, '/me/orders')).json()).toEqual({
      items: [order],
      next_cursor: null,
    })
    // An argument that nobody declared is refused.
    const forOther = { sku: 'sku-coffee', quantity: 1, customer_id: 'cust_001' }
    expect((await as(token, '/me/orders', forOther)).status).toBe(400)
    expect((await as(token, '/orders')).status).toBe(403)
    expect((await as(token, '/orders', forOther)).status).toBe(403)
    const operator = PEOPLE.get('operator') ?? expect.fail('nobody')
    const staff = await issueAccessToken(operator, SECRET, Date.now())
    const seen = await as(staff, `/orders/${order.id}`)
    expect(await seen.json()).toMatchObject({ customer_id: subject })
  })

  it('is signed in by a cookie in a browser, and signs out', async () => {
    const fields = { email: EMAIL, password: PASSWORD, mode: 'cookie' }
    const entered = await send('/auth/login', fields)
    expect(await entered.text()).not.toContain('tfl_')
    const cookies = entered.headers.getSetCookie()
    const login = cookies.find((cookie) => cookie.startsWith('__Host-trefoil_login=')) ?? ''
    expect(login).toMatch(/; HttpOnly/)
    const cookie = login.split(';')[0] ?? ''
    const me = () => fetch(`${url}/me`, { headers: { cookie } })
    expect((await me()).status).toBe(200)
    const foreign = await fetch(`${url}/me/orders`, {
      method: 'POST',
      headers: { cookie, origin: 'https://evil.example', 'content-type': 'application/json' },
      body: JSON.stringify({ sku: 'sku-coffee', quantity: 1 }),
    })
    expect(foreign.status).toBe(403)
    const out = await fetch(`${url}/auth/logout`, { method: 'POST', headers: { cookie } })
    expect(out.status).toBe(204)
    expect((await me()).status).toBe(401)
    expect((await as(token, '/me')).status).toBe(200)
  })

  it('becomes an administrator by a command, and needs more than a password from then on', async () => {
    const grant = people?.commands?.find(({ name }) => name === 'grant')
    const context = {
      options: { account: EMAIL, role: 'admin' },
      app: undefined as never,
      signal: new AbortController().signal,
      print() {},
    }
    const result = await grant?.run(context)
    expect(result).toMatchObject({ text: expect.stringContaining('roles customer,admin') })
    expect((await as(token, '/me')).status).toBe(401)
    const again = await send('/auth/login', { email: EMAIL, password: PASSWORD })
    expect([again.status, await again.json()]).toMatchObject([
      401,
      { code: 'MFA_REQUIRED', needs: 'enrol' },
    ])
  })
})

describe('elsewhere', () => {
  const made = () => {
    const data = storeDatabase()
    return storeAccounts(data, auditLog({ data, keys: 'a'.repeat(32) }))
  }

  it('people of a provider have no accounts here', () => {
    vi.stubEnv('STORE_JWKS', 'https://login.example.com/jwks')
    expect(made()).toBeNull()
    vi.stubEnv('STORE_JWKS', undefined)
  })

  it('in production it says what is missing', () => {
    vi.stubEnv('TREFOIL_ENV', 'production')
    expect(made).toThrow('set TREFOIL_AUTH_SMTP_HOST and TREFOIL_AUTH_SMTP_FROM')
    vi.stubEnv('TREFOIL_AUTH_SMTP_HOST', 'mail.example')
    vi.stubEnv('TREFOIL_AUTH_SMTP_FROM', 'shop@mail.example')
    expect(made).toThrow('set TREFOIL_AUTH_APP_URL')
    vi.stubEnv('TREFOIL_AUTH_APP_URL', 'https://shop.example')
    expect(made()?.people.name).toBe('accounts')
  })
})
