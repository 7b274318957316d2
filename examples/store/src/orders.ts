import type { Kysely, Selectable } from 'kysely'
import type { RowFilter } from 'trefoil/auth'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { Tables } from './database.ts'
import type { Order, OrderPage, OrderStatus, Sales } from './order.ts'

export interface OrderFilter {
  readonly status?: OrderStatus | undefined
  /** Orders per page. */
  readonly limit: number
  /** `next_cursor` of the page before. */
  readonly cursor?: string | undefined
  /** Which orders the caller may see. */
  readonly visible: RowFilter
}

export interface NewOrder {
  readonly customerId: string
  readonly sku: string
  readonly quantity: number
  readonly note?: string | undefined
}

/** The orders of the store. Handed to handlers instead of the database itself. */
export class Orders {
  readonly #queries: Kysely<Tables>

  constructor(queries: Kysely<Tables>) {
    this.#queries = queries
  }

  /** @returns one page in order of creation, or `null` for a cursor that is none */
  async list({ status, limit, cursor, visible }: OrderFilter): Promise<OrderPage | null> {
    const after = cursor === undefined ? 0 : decodeCursor(cursor)
    if (after === null) return null
    let query = this.#queries
      .selectFrom('orders')
      .selectAll()
      .where('number', '>', after)
      .where(visible)
    if (status !== undefined) query = query.where('status', '=', status)
    // One row more than asked for tells whether there is another page.
    const rows = await query
      .orderBy('number')
      .limit(limit + 1)
      .execute()
    const page = rows.slice(0, limit)
    const last = page.at(-1)
    const more = rows.length > limit && last !== undefined
    return { items: page.map(toOrder), next_cursor: more ? encodeCursor(last.number) : null }
  }

  /** Reads all orders: dear, and the same for everybody. */
  async sales(): Promise<Sales> {
    const rows = await this.#queries
      .selectFrom('orders')
      .select(({ fn }) => [
        'status',
        fn.countAll<number | string>().as('orders'),
        fn.sum<number | string>('total_cents').as('cents'),
      ])
      .groupBy('status')
      .orderBy('status')
      .execute()
    // PostgreSQL counts beyond what a number can hold, and so it says it as text.
    return rows.map(({ status, orders, cents }) => {
      return { status, orders: Number(orders), total: Number(cents) / 100 }
    })
  }

  /** @returns the order, or `null` when there is none with this id */
  async find(id: string): Promise<Order | null> {
    const row = await this.#queries
      .selectFrom('orders')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst()
    return row === undefined ? null : toOrder(row)
  }

  /** @returns the new order, pending, at today's price; `null` when no product has this sku */
  async create({ customerId, sku, quantity, note }: NewOrder): Promise<Order | null> {
    const row = await this.#queries
      .insertInto('orders')
      .columns(['customer_id', 'sku', 'quantity', 'status', 'total_cents', 'note'])
      // One statement, so the price cannot change between reading and writing.
      .expression((from) =>
        from
          .selectFrom('products')
          .where('sku', '=', sku)
          .select((product) => [
            product.val(customerId).as('customer_id'),
            'sku',
            product.val(quantity).as('quantity'),
            product.val('pending').as('status'),
            product('price_cents', '*', quantity).as('total_cents'),
            product.val(note ?? null).as('note'),
          ]),
      )
      .returningAll()
      .executeTakeFirst()
    return row === undefined ? null : toOrder(row)
  }

  /** @returns the changed order, or `null` when there is none with this id */
  async setStatus(id: string, status: OrderStatus): Promise<Order | null> {
    const row = await this.#queries
      .updateTable('orders')
      .set({ status })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst()
    return row === undefined ? null : toOrder(row)
  }

  /** @returns false when there was none with this id */
  async remove(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#queries
      .deleteFrom('orders')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    return numDeletedRows > 0n
  }
}

function toOrder(row: Selectable<Tables['orders']>): Order {
  const { id, customer_id, sku, quantity, status, total_cents, note } = row
  const order: Order = { id, customer_id, sku, quantity, status, total: total_cents / 100 }
  return note === null ? order : { ...order, note }
}
