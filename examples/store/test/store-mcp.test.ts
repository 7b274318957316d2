import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { MCP_CLIENTS, type McpCaller } from './mcp-clients.ts'
import { type Person, RunningStore } from './running-store.ts'
import { ORDER_1001 } from './seeded-order.ts'

const TOOLS = [
  'create_order',
  'delete_order',
  'get_order',
  'list_orders',
  'me',
  'sales_report',
  'update_order_status',
]
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

describe.each([...MCP_CLIENTS])('MCP with %s', (name, connect) => {
  const pinned = name.endsWith('2026-07-28')

  async function mcp<Value>(person: Person, use: (caller: McpCaller) => Promise<Value>) {
    const caller = await connect(store.url, store.tokens[person])
    try {
      return await use(caller)
    } finally {
      await caller.close()
    }
  }

  it('agrees on a revision and lists the tools', async () => {
    await mcp('viewer', async (caller) => {
      expect(caller.revision).toBe(pinned ? '2026-07-28' : '2025-11-25')
      // Scopes can be had with another token, the role of an admin cannot.
      const seen = TOOLS.filter((tool) => tool !== 'delete_order')
      expect((await caller.toolNames()).sort()).toEqual(seen)
    })
    await mcp('admin', async (caller) => {
      expect((await caller.toolNames()).sort()).toEqual(TOOLS)
    })
  })

  it('does not let anybody in without a token', async () => {
    await expect(connect(store.url, 'nonsense')).rejects.toThrow()
  })

  it('returns an order with who asked and how (REQ-3)', async () => {
    const result = await mcp('viewer', (caller) =>
      caller.call('get_order', { order_id: 'ord_1001' }),
    )
    const caller = { subject: 'user_viewer', source: 'mcp', entrypoint: 'server' }
    expect(result.isError).toBe(false)
    expect(result.structured).toEqual({ ...ORDER_1001, ...caller })
    expect(JSON.parse(result.text)).toEqual(result.structured)
  })

  it('shows an unknown order and bad arguments as tool errors', async () => {
    await mcp('viewer', async (caller) => {
      const unknown = await caller.call('get_order', { order_id: 'ord_9' })
      expect(unknown).toMatchObject({ isError: true })
      expect(unknown.text).toContain('Order not found')
      const bad = await caller.call('list_orders', { limit: 101 })
      expect(bad).toMatchObject({ isError: true })
      expect(bad.text).toContain('limit')
    })
  })

  it('asks for the missing scope, and shows a missing role as a tool error', async () => {
    const order = { customer_id: 'cust_042', sku: 'sku-coffee', quantity: 1 }
    // A challenge, so that a client with OAuth can fetch a better token (RFC 6750 §3.1).
    const write = mcp('viewer', (caller) => caller.call('create_order', order))
    await expect(write).rejects.toThrow(/orders:write/)
    const args = { order_id: 'ord_1001' }
    const remove = await mcp('operator', (caller) => caller.call('delete_order', args))
    expect(remove.isError).toBe(true)
    expect(JSON.parse(remove.text)).toMatchObject({ error: { code: 'ACCESS_DENIED' } })
  })

  it('creates an order', async () => {
    const order = { customer_id: 'cust_042', sku: 'sku-tea', quantity: 1 }
    const result = await mcp('operator', (caller) => caller.call('create_order', order))
    expect(result).toMatchObject({ isError: false, structured: { ...order, status: 'pending' } })
  })

  it('changes a status only with an approval of these arguments (APPR-2, W-3)', async () => {
    await mcp('operator', async (caller) => {
      const change = { order_id: 'ord_1005', status: 'shipped' }
      const asked = await caller.call('update_order_status', change)
      expect(asked.isError).toBe(true)
      const { code, hash } = refusal(asked.text)
      expect(code).toBe('approval_required')
      const approval = await store.approve(hash)
      const other = await caller.call(
        'update_order_status',
        { ...change, order_id: 'ord_1006' },
        approval,
      )
      expect(refusal(other.text)).toMatchObject({ code: 'approval_denied' })
      const jwt = await caller.call('update_order_status', change, store.tokens.operator)
      expect(refusal(jwt.text)).toMatchObject({ code: 'approval_denied' })
      const done = await caller.call('update_order_status', change, approval)
      expect(done).toMatchObject({
        isError: false,
        structured: { id: 'ord_1005', status: 'shipped' },
      })
    })
  })

  it('tells who is calling', async () => {
    const { structured } = await mcp('admin', (caller) => caller.call('me', {}))
    expect(structured).toEqual({
      subject: 'user_admin',
      roles: ['admin'],
      scopes: ['orders:read', 'orders:write'],
      source: 'mcp',
      entrypoint: 'server',
    })
  })

  it('deletes an order and has nothing to say about it', async () => {
    const id = `ord_${1100 + [...MCP_CLIENTS.keys()].indexOf(name)}`
    await mcp('admin', async (caller) => {
      const deleted = await caller.call('delete_order', { order_id: id })
      expect(deleted.isError).toBe(false)
      expect(deleted.text).toBe('null')
      expect(await caller.call('delete_order', { order_id: id })).toMatchObject({ isError: true })
    })
  })
})

describe('one operation', () => {
  it('has one hash on every surface (APPR-10)', async () => {
    const hashes = new Set<string>()
    const change = { order_id: 'ord_1300', status: 'paid' }
    for (const connect of MCP_CLIENTS.values()) {
      const caller = await connect(store.url, store.tokens.operator)
      hashes.add(refusal((await caller.call('update_order_status', change)).text).hash)
      await caller.close()
    }
    const app = ['--app', 'examples/store/src/app.ts#app', '--json']
    const flags = ['--order-id', 'ord_1300', '--status', 'paid', '--dry-run']
    const { stdout } = await store.trefoil([...app, 'call', 'update_order_status', ...flags], {
      TREFOIL_TOKEN: store.tokens.operator,
    })
    hashes.add(z.object({ arguments_hash: z.string() }).parse(JSON.parse(stdout)).arguments_hash)
    expect([...hashes]).toEqual([expect.stringMatching(HASH)])
  })
})

/** Code and hash of a refused tool call. */
function refusal(text: string): { code: string; hash: string } {
  const { error } = z
    .object({ error: z.object({ code: z.string(), arguments_hash: z.string() }) })
    .parse(JSON.parse(text))
  return { code: error.code, hash: error.arguments_hash }
}
