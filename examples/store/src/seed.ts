import type { Kysely } from 'kysely'
import type { Tables } from './database.ts'
import type { OrderStatus } from './order.ts'

export interface SeedProduct {
  readonly sku: string
  readonly name: string
  readonly priceCents: number
}

export interface SeedOrder {
  readonly number: number
  readonly customerId: string
  readonly sku: string
  readonly quantity: number
  readonly status: OrderStatus
  readonly totalCents: number
}

const ORDERS = 1000
const FIRST_ORDER = 1001
const CUSTOMERS = 60
const COFFEE_CENTS = 2125

const GOODS = [
  ['coffee', 'tea', 'cocoa', 'honey', 'jam'],
  ['bread', 'butter', 'cheese', 'olives', 'pasta'],
  ['rice', 'beans', 'lentils', 'flour', 'sugar'],
  ['mug', 'teapot', 'grinder', 'kettle', 'filter'],
].flat()
const VARIANTS = [
  ['', 'organic', 'small', 'large', 'gift'],
  ['sample', 'family', 'classic', 'reserve', 'seasonal'],
].flat()
const STATUSES: readonly OrderStatus[] = [
  'paid',
  'shipped',
  'pending',
  'shipped',
  'paid',
  'cancelled',
  'shipped',
]

/** 200 products; the same on every machine, because tests and the documentation name them. */
export function seedProducts(): SeedProduct[] {
  return VARIANTS.flatMap((variant) => GOODS.map((good) => ({ good, variant }))).map(
    ({ good, variant }, index) => ({
      sku: variant === '' ? `sku-${good}` : `sku-${good}-${variant}`,
      name: variant === '' ? good : `${good} (${variant})`,
      priceCents: index === 0 ? COFFEE_CENTS : 150 + ((index * 7919) % 9700),
    }),
  )
}

/** 1,000 orders of those products; the first is `ord_1001`. */
export function seedOrders(products: readonly SeedProduct[]): SeedOrder[] {
  return Array.from({ length: ORDERS }, (_, index) => {
    const product = pick(products, index * 37)
    const quantity = 1 + ((index * 7 + 1) % 5)
    return {
      number: FIRST_ORDER + index,
      customerId: `cust_${String(1 + ((index * 11) % CUSTOMERS)).padStart(3, '0')}`,
      sku: product.sku,
      quantity,
      status: pick(STATUSES, index + Math.floor(index / 60)),
      totalCents: product.priceCents * quantity,
    }
  })
}

/** Rows of one statement: databases take so many values and no more. */
const AT_ONCE = 500

/** Fills an empty database. */
export async function seed(untyped: Kysely<never>): Promise<void> {
  // Steps know no types of tables: this one comes right after those that it fills were made.
  const db = untyped as unknown as Kysely<Tables>
  const products = seedProducts()
  await db
    .insertInto('products')
    .values(products.map(({ sku, name, priceCents }) => ({ sku, name, price_cents: priceCents })))
    .execute()
  const orders = seedOrders(products).map((order) => ({
    number: order.number,
    customer_id: order.customerId,
    sku: order.sku,
    quantity: order.quantity,
    status: order.status,
    total_cents: order.totalCents,
  }))
  for (let from = 0; from < orders.length; from += AT_ONCE) {
    await db
      .insertInto('orders')
      .values(orders.slice(from, from + AT_ONCE))
      .execute()
  }
}

function pick<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length]
  if (item === undefined) throw new RangeError('nothing to pick from')
  return item
}
