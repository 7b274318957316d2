import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { type Person, RunningStore } from './running-store.ts'
import { ORDER_1001 } from './seeded-order.ts'

const HASH = /^sha256:[0-9a-f]{64}$/

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

describe('the trefoil program', () => {
  const ways = [
    { way: 'local', entrypoint: 'local', order: 'ord_1200' },
    { way: 'remote', entrypoint: 'server', order: 'ord_1201' },
  ] as const

  beforeAll(async () => {
    const connected = await store.trefoil(['connect', 'shop', store.url])
    expect(connected).toMatchObject({ code: 0 })
  })

  /** Runs a call as somebody, in this process's own store or on the server. */
  async function cli(way: 'local' | 'remote', person: Person, ...args: string[]) {
    if (way === 'local') {
      const app = ['--app', 'examples/store/src/app.ts#app', '--json']
      return store.trefoil([...app, 'call', ...args], { TREFOIL_TOKEN: store.tokens[person] })
    }
    const login = await store.trefoil(['login', 'shop', '--token', store.tokens[person]])
    expect(login).toMatchObject({ code: 0 })
    return store.trefoil(['--json', 'call', 'shop', ...args])
  }

  it.each(ways)(
    'returns an order with who asked and how ($way; REQ-3)',
    async ({ way, entrypoint }) => {
      const { code, stdout } = await cli(way, 'viewer', 'get_order', '--order-id', 'ord_1001')
      expect(code).toBe(0)
      const caller = { subject: 'user_viewer', source: 'cli', entrypoint }
      expect(JSON.parse(stdout)).toMatchObject({ ok: true, body: { ...ORDER_1001, ...caller } })
    },
  )

  it.each(ways)('fails with a sentence and exit code 1 ($way)', async ({ way }) => {
    const { code, stdout } = await cli(way, 'viewer', 'get_order', '--order-id', 'ord_9')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      status_code: 404,
      error: { message: 'Order not found' },
    })
  })

  it.each(ways)(
    'dry run, approve, call; nothing else runs ($way; RPC-7, APPR-2, CLI-2)',
    async ({ way, order }) => {
      const change = ['update_order_status', '--order-id', order, '--status', 'cancelled']
      const needed = await cli(way, 'operator', ...change)
      expect(needed.code).toBe(75)
      const dry = await cli(way, 'operator', ...change, '--dry-run')
      expect(dry.code).toBe(0)
      const { arguments_hash: hash } = z
        .object({ dry_run: z.literal(true), arguments_hash: z.string().regex(HASH) })
        .parse(JSON.parse(dry.stdout))
      const approval = await store.approve(hash)
      const changed = ['update_order_status', '--order-id', order, '--status', 'paid']
      const refused = await cli(way, 'operator', ...changed, '--approval', approval)
      expect(refused.code).toBe(1)
      expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'approval_denied' } })
      const done = await cli(way, 'operator', ...change, '--approval', approval)
      expect(done.code).toBe(0)
      expect(JSON.parse(done.stdout)).toMatchObject({ body: { id: order, status: 'cancelled' } })
      expect((await store.http('viewer', 'GET', `/orders/${order}`)).body).toMatchObject({
        status: 'cancelled',
      })
    },
  )

  it.each(ways)('keeps the rights of the token ($way)', async ({ way, order }) => {
    const { code, stdout } = await cli(way, 'operator', 'delete_order', '--order-id', order)
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ status_code: 403 })
  })

  it.each(ways)('deletes an order as admin ($way)', async ({ way, order }) => {
    const { code, stdout } = await cli(way, 'admin', 'delete_order', '--order-id', order)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, status_code: 204, body: null })
    expect((await store.http('viewer', 'GET', `/orders/${order}`)).status).toBe(404)
  })
})
