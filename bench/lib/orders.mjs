// The data every server answers with. One order is read, one is "created"; both are fixed, so
// a load generator can tell a right answer from a wrong one by its bytes.

/** @typedef {{ order_id: string, customer_id: string, sku: string, quantity: number, status: string, total_cents: number }} Order */

/** @type {ReadonlyMap<string, Order>} */
export const orders = new Map(
  Array.from({ length: 20 }, (_, index) => {
    const order_id = `ord_${1001 + index}`
    return [
      order_id,
      {
        order_id,
        customer_id: `cus_${77 + index}`,
        sku: 'SKU-4711',
        quantity: 1 + index,
        status: 'paid',
        total_cents: 1995 * (1 + index),
      },
    ]
  }),
)

/** What W5 answers with: a hundred orders. @type {readonly Order[]} */
export const orderList = Array.from({ length: 100 }, (_, index) => ({
  order_id: `ord_${3001 + index}`,
  customer_id: `cus_${77 + (index % 20)}`,
  sku: 'SKU-4711',
  quantity: 1 + (index % 9),
  status: 'paid',
  total_cents: 1995 * (1 + (index % 9)),
}))

/** What the load sends in W2. */
export const newOrder = { customer_id: 'cus_77', sku: 'SKU-4711', quantity: 3 }

/**
 * "Stores" an order: the id is fixed because nothing is kept.
 *
 * @param {{ customer_id: string, sku: string, quantity: number }} input
 * @param {string} subject who ordered
 */
export function createOrder({ customer_id, sku, quantity }, subject) {
  return { order_id: 'ord_2001', customer_id, sku, quantity, status: 'new', created_by: subject }
}
