import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { readSettings } from '../src/settings.ts'
import { REPOSITORY, runProgram } from './run-program.ts'
import { RunningStore } from './running-store.ts'
import { ORDER_1001 } from './seeded-order.ts'

const Page = z.object({
  items: z.array(z.looseObject({ id: z.string() })),
  next_cursor: z.string().nullable(),
})

// Programs are started here, and the machine may have other things to do.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let store: RunningStore

beforeAll(async () => {
  store = await RunningStore.start()
})

afterAll(async () => {
  // Without a store the start has failed, and says so itself.
  if (store !== undefined) expect(await store.stop(), 'exit code after SIGTERM').toBe(0)
})

describe('HTTP', () => {
  it('answers health to everybody', async () => {
    for (const path of ['/health', '/health/ready', '/health/live']) {
      const response = await fetch(store.url + path)
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({ status: 'ok' })
    }
  })

  it('asks for a token everywhere else (AUTH-4)', async () => {
    for (const path of ['/me', '/orders', '/orders/ord_1001']) {
      const response = await fetch(store.url + path)
      expect(response.status, path).toBe(401)
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
    }
  })

  it('refuses tokens that are expired, for somebody else, or signed by somebody else', async () => {
    const now = Math.floor(Date.now() / 1000)
    const claims = { sub: 'user_admin', roles: ['admin'], scope: 'orders:read orders:write' }
    const ours = { iss: 'trefoil-store', aud: 'trefoil-store' }
    const secret = store.env['STORE_SECRET'] ?? ''
    const good = { ...ours, exp: now + 60 }
    expect(await statusWith(await sign({ ...claims, ...good }, secret))).toBe(200)
    const bad = [
      await sign({ ...claims, ...good, exp: now - 60 }, secret),
      await sign({ ...claims, ...ours }, secret),
      await sign({ ...claims, ...good, aud: 'another' }, secret),
      await sign({ ...claims, ...good, iss: 'another' }, secret),
      await sign({ ...claims, ...good }, `${secret}.`),
      'approval-tokens-are-random-text-of-43-chars',
      'nonsense',
    ]
    for (const token of bad) expect(await statusWith(token), token).toBe(401)
  })

  it.each([
    ['viewer', [], ['orders:read']],
    ['operator', [], ['orders:read', 'orders:write']],
    ['admin', ['admin'], ['orders:read', 'orders:write']],
  ] as const)('tells %s who they are', async (person, roles, scopes) => {
    const { status, body } = await store.http(person, 'GET', '/me')
    expect(status).toBe(200)
    const subject = `user_${person}`
    expect(body).toEqual({ subject, roles, scopes, source: 'api', entrypoint: 'server' })
  })

  it('lists 20 orders by default, then the next page', async () => {
    const first = Page.parse((await store.http('viewer', 'GET', '/orders')).body)
    expect(first.items).toHaveLength(20)
    expect(first.items[0]).toEqual(ORDER_1001)
    const rest = await store.http('viewer', 'GET', `/orders?limit=2&cursor=${first.next_cursor}`)
    expect(Page.parse(rest.body).items.map(({ id }) => id)).toEqual(['ord_1021', 'ord_1022'])
  })

  it('shows customers their own orders, in lists and one by one (AUTHZ-2, AUTHZ-8)', async () => {
    const { body } = await store.http('customer', 'GET', '/orders?limit=100')
    const { items } = Page.parse(body)
    expect(new Set(items.map(({ customer_id }) => customer_id))).toEqual(new Set(['cust_001']))
    expect(items.length).toBeGreaterThan(10)
    for (const { id } of items.slice(0, 3)) {
      expect((await store.http('customer', 'GET', `/orders/${id}`)).status).toBe(200)
    }
    const others = Page.parse((await store.http('viewer', 'GET', '/orders?limit=5')).body).items
    const [other] = others.filter(({ customer_id }) => customer_id !== 'cust_001')
    const answers = [other?.id, 'ord_9'].map((id) => store.http('customer', 'GET', `/orders/${id}`))
    const [foreign, absent] = await Promise.all(answers)
    expect(foreign?.status).toBe(404)
    const nameless = (answer: unknown) => ({
      ...(answer as object),
      request_id: '',
      trace_id: '',
    })
    expect(nameless(foreign?.body)).toEqual(nameless(absent?.body))
    expect((await store.http('customer', 'DELETE', `/orders/${items[0]?.id}`)).status).toBe(403)
  })

  it('filters by status', async () => {
    const { body } = await store.http('viewer', 'GET', '/orders?status=cancelled&limit=100')
    expect(new Set(JSON.stringify(body).match(/"status":"\w+"/g))).toEqual(
      new Set(['"status":"cancelled"']),
    )
  })

  it('refuses a limit, a status and a cursor that are none', async () => {
    for (const search of ['limit=0', 'limit=101', 'limit=ten', 'status=lost', 'cursor=nonsense']) {
      expect((await store.http('viewer', 'GET', `/orders?${search}`)).status, search).toBe(400)
    }
  })

  it('returns an order with who asked and how (REQ-3)', async () => {
    const { status, body } = await store.http('viewer', 'GET', '/orders/ord_1001')
    expect(status).toBe(200)
    const caller = { subject: 'user_viewer', source: 'api', entrypoint: 'server' }
    expect(body).toEqual({ ...ORDER_1001, ...caller })
  })

  it('says 404 for an unknown order, as a problem', async () => {
    const { status, body, headers } = await store.http('viewer', 'GET', '/orders/ord_9')
    expect(status).toBe(404)
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(body).toMatchObject({ status: 404, detail: 'Order not found' })
  })

  it('creates an order at the price of the product', async () => {
    const order = { customer_id: 'cust_042', sku: 'sku-coffee', quantity: 3, note: 'ring twice' }
    const { status, body, headers } = await store.http('operator', 'POST', '/orders', order)
    expect(status).toBe(201)
    const { id } = z.object({ id: z.string() }).parse(body)
    expect(body).toEqual({ id, ...order, status: 'pending', total: 63.75 })
    expect(headers.get('location')).toBe(`/orders/${id}`)
    expect((await store.http('viewer', 'GET', `/orders/${id}`)).body).toMatchObject({
      id,
      ...order,
    })
  })

  it('refuses an unknown sku and a wrong quantity', async () => {
    const order = { customer_id: 'cust_042', sku: 'sku-none', quantity: 1 }
    const unknown = await store.http('operator', 'POST', '/orders', order)
    expect(unknown.status).toBe(422)
    expect(unknown.body).toMatchObject({ detail: 'Unknown sku' })
    for (const quantity of [0, 101, 1.5, '3', null]) {
      const body = { ...order, sku: 'sku-coffee', quantity }
      const { status } = await store.http('operator', 'POST', '/orders', body)
      expect(status, JSON.stringify(quantity)).toBe(400)
    }
  })

  it('keeps reading from a token without the scope', async () => {
    const claims = { sub: 'user_guest', iss: 'trefoil-store', aud: 'trefoil-store' }
    const exp = Math.floor(Date.now() / 1000) + 60
    const token = await sign({ ...claims, exp }, store.env['STORE_SECRET'] ?? '')
    expect(await statusWith(token)).toBe(200)
    expect(await statusWith(token, '/orders')).toBe(403)
    expect(await statusWith(token, '/orders/ord_1001')).toBe(403)
  })

  it('keeps writing from viewers and deleting from operators', async () => {
    const order = { customer_id: 'cust_042', sku: 'sku-coffee', quantity: 1 }
    expect((await store.http('viewer', 'POST', '/orders', order)).status).toBe(403)
    const path = '/orders/ord_1002/status'
    expect((await store.http('viewer', 'PATCH', path, { status: 'paid' })).status).toBe(403)
    expect((await store.http('operator', 'DELETE', '/orders/ord_1002')).status).toBe(403)
    expect((await store.http('viewer', 'GET', '/orders/ord_1002')).status).toBe(200)
  })

  it('changes a status; people need no approval (APPR-1)', async () => {
    const path = '/orders/ord_1003/status'
    const { status, body } = await store.http('operator', 'PATCH', path, { status: 'cancelled' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ id: 'ord_1003', status: 'cancelled' })
    const missing = await store.http('operator', 'PATCH', '/orders/ord_9/status', {
      status: 'paid',
    })
    expect(missing.status).toBe(404)
    expect((await store.http('operator', 'PATCH', path, { status: 'lost' })).status).toBe(400)
  })

  it('lets an admin delete an order, once', async () => {
    const { status, body } = await store.http('admin', 'DELETE', '/orders/ord_1004')
    expect(status).toBe(204)
    expect(body).toBeUndefined()
    expect((await store.http('admin', 'DELETE', '/orders/ord_1004')).status).toBe(404)
  })
})

describe('what the store prints', () => {
  it('names the address, the tokens, and a line to try for curl, MCP and CLI', () => {
    const labels = store.greeting.filter((line) => line !== '').map((line) => line.split(/ +/)[0])
    expect(labels).toEqual([
      'Store',
      'tokens',
      'login',
      'pages',
      'register',
      'verify',
      'sign-in',
      'key',
      'curl',
      'mcp',
      'cli',
    ])
  })

  it.each(['key', 'curl', 'mcp', 'cli'])('the %s line works when pasted', async (label) => {
    const line = store.greeting.find((text) => text.startsWith(`${label} `)) ?? ''
    const command = line.replace(/^\w+ +/, '')
    const { stdout, stderr } = await runProgram('/bin/sh', ['-c', command], {
      env: { ...store.env, HOME: process.env['HOME'] ?? '' },
      cwd: REPOSITORY,
    })
    expect(stdout.replaceAll('\\', ''), stderr).toMatch(/"id": ?"ord_1001"/)
  })
})

async function statusWith(token: string, path = '/me'): Promise<number> {
  const headers = { authorization: `Bearer ${token}` }
  return (await fetch(store.url + path, { headers })).status
}

async function sign(claims: Record<string, unknown>, secret: string): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret))
}

describe('running it for real', () => {
  const idOf = (headers: Headers) => headers.get('x-request-id')

  it('keeps a report for ten seconds, for those who may see it (P-MWL-7, PW-30)', async () => {
    const first = await store.http('viewer', 'GET', '/reports/sales')
    expect(first.status).toBe(200)
    expect(first.body).toContainEqual(expect.objectContaining({ status: 'paid' }))
    const second = await store.http('operator', 'GET', '/reports/sales')
    expect(second.body).toEqual(first.body)
    const refused = await store.http('customer', 'GET', '/reports/sales')
    expect(refused.status).toBe(403)
    const uses = [first, second].map(
      ({ headers }) =>
        () =>
          store.linesOf(idOf(headers)),
    )
    await expect.poll(uses[0] as () => unknown).toMatchObject([{ cache: 'miss' }])
    await expect.poll(uses[1] as () => unknown).toMatchObject([{ cache: 'hit' }])
  })

  it('says in its answers how often one may call (P-MWL-4)', async () => {
    const { headers } = await store.http('admin', 'GET', '/reports/sales')
    expect(headers.get('ratelimit')).toMatch(/^"group";r=59/)
  })

  it('leaves a line for each call, with the trace of its caller (P-MWL-1, P-CTX-1)', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c'
    const traceparent = `00-${trace}-b7ad6b7169203331-01`
    const authorization = `Bearer ${store.tokens.viewer}`
    const answer = await fetch(`${store.url}/me`, { headers: { authorization, traceparent } })
    await expect
      .poll(() => store.linesOf(idOf(answer.headers)))
      .toMatchObject([{ action: 'me', outcome: 'ok', trace_id: trace, subject: 'user_viewer' }])
  })

  it('writes down after the answer who created an order (P-BG-1, P-CTX-3)', async () => {
    const order = { customer_id: 'cust_001', sku: 'sku-coffee', quantity: 1 }
    const { body, headers } = await store.http('operator', 'POST', '/orders', order)
    const { id } = z.looseObject({ id: z.string() }).parse(body)
    await expect
      .poll(() => store.linesOf(idOf(headers)))
      .toContainEqual(
        expect.objectContaining({ message: 'Order confirmed', order: id, by: 'user_operator' }),
      )
  })

  it('says all that is wrong with its variables, and no secret (P-SET-1)', () => {
    const read = () =>
      readSettings({ STORE_SECRET: 'short!', STORE_JWKS: 'nowhere', STORE_AUDIT_KEY: 'short!' })
    expect(read).toThrow(/^3 settings are wrong/)
    expect(read).not.toThrow(/short!/)
  })
})
