import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { AuthContext } from 'trefoil/auth'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { storeDatabase } from '../src/database.ts'
import { Orders } from '../src/orders.ts'
import { seedOrders, seedProducts } from '../src/seed.ts'
import { visibleOrders } from '../src/visible-orders.ts'
import { openStore, unitsOf } from './open-store.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** All of them. */
const visible = visibleOrders.filter(new AuthContext({ subject: 'clerk', scopes: ['orders:read'] }))

const OPEN = `
  const { createApp } = await import('trefoil')
  const { storeDatabase } = await import(process.argv[1])
  const data = storeDatabase({ url: process.argv[2], migrate: 'start' })
  const app = createApp({ parts: [data] })
  await app.startup({ announce: false })
  const { count } = await data.queries().selectFrom('orders')
    .select((row) => row.fn.countAll().as('count')).executeTakeFirstOrThrow()
  await app.shutdown()
  console.log(count)
`

/** Orders, each call of them in a unit of its own. */
async function open(url = ':memory:'): Promise<ReturnType<typeof unitsOf>> {
  const { data, close } = await openStore(storeDatabase({ url, migrate: 'start' }))
  onTestFinished(close)
  return unitsOf(data)
}

describe('the database (STORE-DB)', () => {
  it('is that of TREFOIL_DATABASE_URL, in a folder of its own', async () => {
    const file = join(temporaryDirectory(), '.data', 'other.db')
    vi.stubEnv('TREFOIL_ENV', 'development')
    vi.stubEnv('TREFOIL_DATABASE_URL', file)
    onTestFinished(() => void vi.unstubAllEnvs())
    const opened = await openStore(storeDatabase())
    await opened.close()
    expect(statSync(file).isFile()).toBe(true)
    expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700)
  })

  it('survives being closed and opened, and seeds once', async () => {
    const file = join(temporaryDirectory(), 'store.db')
    const first = await openStore(storeDatabase({ url: file, migrate: 'start' }))
    await first.data.unit((db) => new Orders(db).remove('ord_1001'))
    await first.close()
    const orders = await open(file)
    expect(await orders.find('ord_1001')).toBeNull()
    expect(await orders.find('ord_1002')).not.toBeNull()
  })

  it('seeds once when several processes start on one new file', async () => {
    const file = join(temporaryDirectory(), 'store.db')
    const source = join(import.meta.dirname, '../src/database.ts')
    const runs = Array.from({ length: 4 }, async () => {
      const words = ['--input-type=module', '-e', OPEN, source, file]
      const child = spawn(process.execPath, words, { cwd: import.meta.dirname })
      const output: Buffer[] = []
      child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
      child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
      await once(child, 'close')
      return Buffer.concat(output).toString().trim()
    })
    expect(await Promise.all(runs)).toEqual(['1000', '1000', '1000', '1000'])
  })

  it('is migrated by a command where nobody develops', async () => {
    const file = join(temporaryDirectory(), 'store.db')
    vi.stubEnv('TREFOIL_ENV', 'production')
    vi.stubEnv('TREFOIL_DATABASE_URL', file)
    onTestFinished(() => void vi.unstubAllEnvs())
    await expect(openStore(storeDatabase())).rejects.toThrow('trefoil migrate')
  })
})

describe('the seed (STORE-SEED)', () => {
  const products = seedProducts()

  it('has 200 products and 1,000 orders, each with its own key', () => {
    expect(new Set(products.map(({ sku }) => sku)).size).toBe(200)
    expect(new Set(seedOrders(products).map(({ number }) => number)).size).toBe(1000)
    expect(products[0]).toEqual({ sku: 'sku-coffee', name: 'coffee', priceCents: 2125 })
  })

  it('uses every status and many customers', () => {
    const orders = seedOrders(products)
    expect(new Set(orders.map(({ status }) => status)).size).toBe(4)
    expect(new Set(orders.map(({ customerId }) => customerId)).size).toBe(60)
  })

  it('makes ord_1001 as the documentation names it', async () => {
    expect(JSON.stringify(await (await open()).find('ord_1001'))).toBe(
      '{"id":"ord_1001","customer_id":"cust_001","sku":"sku-coffee",' +
        '"quantity":2,"status":"paid","total":42.5}',
    )
  })
})

describe('Orders', () => {
  it('lists every order exactly once, page by page', async () => {
    const orders = await open()
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await orders.list({ visible, limit: 77, cursor })
      if (page === null) throw new Error('cursor refused')
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.next_cursor ?? undefined
    } while (cursor !== undefined)
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, index) => `ord_${1001 + index}`))
  })

  it('has no next page after a full last one', async () => {
    const orders = await open()
    const first = await orders.list({ visible, limit: 900 })
    const second = await orders.list({ visible, limit: 100, cursor: first?.next_cursor ?? '' })
    expect(second?.items).toHaveLength(100)
    expect(second?.next_cursor).toBeNull()
  })

  it('filters by status', async () => {
    const page = await (await open()).list({ visible, limit: 100, status: 'cancelled' })
    expect(page?.items).toHaveLength(100)
    expect(new Set(page?.items.map(({ status }) => status))).toEqual(new Set(['cancelled']))
  })

  it('refuses a cursor of another make', async () => {
    expect(await (await open()).list({ visible, limit: 1, cursor: 'nonsense' })).toBeNull()
  })

  it('prices a new order exactly', async () => {
    const orders = await open()
    const order = { customerId: 'cust_777', sku: 'sku-coffee', quantity: 3, note: 'ring twice' }
    const created = await orders.create(order)
    expect(created).toEqual({
      id: 'ord_2001',
      customer_id: 'cust_777',
      sku: 'sku-coffee',
      quantity: 3,
      status: 'pending',
      total: 63.75,
      note: 'ring twice',
    })
    expect(await orders.find('ord_2001')).toEqual(created)
  })

  it('creates nothing for an unknown sku', async () => {
    const orders = await open()
    expect(await orders.create({ customerId: 'c', sku: 'sku-none', quantity: 1 })).toBeNull()
    expect(await orders.find('ord_2001')).toBeNull()
  })

  it('never gives the id of a deleted order to another', async () => {
    const orders = await open()
    const order = { customerId: 'cust_001', sku: 'sku-tea', quantity: 1 }
    const first = await orders.create(order)
    expect(await orders.remove(first?.id ?? '')).toBe(true)
    expect(await orders.remove(first?.id ?? '')).toBe(false)
    expect((await orders.create(order))?.id).toBe('ord_2002')
  })

  it('changes the status of the order that is named, and of no other', async () => {
    const orders = await open()
    expect((await orders.setStatus('ord_1001', 'shipped'))?.status).toBe('shipped')
    expect((await orders.find('ord_1001'))?.status).toBe('shipped')
    expect(await orders.setStatus("ord_1001' or '1'='1", 'cancelled')).toBeNull()
    expect((await orders.find('ord_1002'))?.status).toBe('shipped')
    expect(await orders.setStatus('ord_9', 'paid')).toBeNull()
  })
})
