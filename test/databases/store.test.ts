import { expect, onTestFinished, test } from 'vitest'
import { Approvals, MAX_OF_ONE, MAX_REQUESTS } from '../../examples/store/src/approval.ts'
import { storeDatabase } from '../../examples/store/src/database.ts'
import { openStore, unitsOf } from '../../examples/store/test/open-store.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

// The store's own tests from outside, by the variable alone.
if (hasPostgres) {
  process.env['STORE_TEST_DATABASE'] = await createDatabase()
  await import('../../examples/store/test/store.test.ts')
}

const HASH = `sha256:${'0123456789abcdef'.repeat(4)}`
const NOW = 1_800_000_000_000
const CALL = { hash: HASH, subject: 'ann', action: 'pay', args: '{"amount":1}', askedAt: NOW }

async function open(url: string) {
  const store = await openStore(storeDatabase({ url, migrate: 'start' }))
  onTestFinished(store.close)
  return store
}

test.skipIf(!hasPostgres)(
  'STO-3: the store on PostgreSQL seeds once, and has the same orders',
  async () => {
    const url = await createDatabase()
    // Of several that start at once one migrates.
    const [{ data }] = await Promise.all([open(url), open(url), open(url)])
    const orders = unitsOf(data)
    expect((await orders.sales()).reduce((sum, row) => sum + row.orders, 0)).toBe(1000)
    expect(await orders.find('ord_1001')).toEqual({
      id: 'ord_1001',
      customer_id: 'cust_001',
      sku: 'sku-coffee',
      quantity: 2,
      status: 'paid',
      total: 42.5,
    })
    const order = { customerId: 'cust_777', sku: 'sku-coffee', quantity: 3, note: 'ring twice' }
    expect(await orders.create(order)).toMatchObject({ id: 'ord_2001', total: 63.75 })
    expect(await orders.create({ ...order, sku: 'sku-none' })).toBeNull()
    expect((await orders.setStatus('ord_1001', 'shipped'))?.status).toBe('shipped')
    expect(await orders.remove('ord_2001')).toBe(true)
    expect(await orders.remove('ord_2001')).toBe(false)
    // The id of a deleted order is given to no other.
    expect((await orders.create(order))?.id).not.toBe('ord_2001')
  },
)

test.skipIf(!hasPostgres)(
  'APR-12: 100 redemptions of one approval over several pools run once',
  async () => {
    const url = await createDatabase()
    const stores = [await open(url), await open(url), await open(url)]
    const all = stores.map(({ data }) => new Approvals(data))
    const token = (await all[0]?.approve(CALL, NOW)) ?? ''
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, (_, n) => all[n % 3]?.redeem(token, HASH, 'ann', NOW)),
    )
    const good = results.filter((result) => result.status === 'fulfilled' && result.value === true)
    expect(good).toHaveLength(1)
    // Whoever came too late is told so, and not that something went wrong.
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([])
  },
)

test.skipIf(!hasPostgres)('requests for approval are bounded on PostgreSQL as well', async () => {
  const { data } = await open(await createDatabase())
  const approvals = new Approvals(data)
  await approvals.ask(CALL)
  const hashOf = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`
  const many = Array.from({ length: MAX_REQUESTS }, (_, n) => {
    return { hash: hashOf(n), subject: 'agent', action: 'pay', args: '{}', asked_ms: NOW + n }
  })
  await data.unit((db) => db.insertInto('approval_requests').values(many).execute())
  await approvals.ask({ ...CALL, hash: hashOf(5000), subject: 'agent', askedAt: NOW + 5000 })
  const kept = await data.queries().selectFrom('approval_requests').selectAll().execute()
  expect(kept).toHaveLength(MAX_OF_ONE + 1)
  expect(await approvals.asked(HASH, NOW)).toEqual([CALL])
})
