import { type Condition, condition } from 'trefoil/auth'

/**
 * Which orders a caller may see: staff all, customers their own. One rule for lists, as part of the query,
 * and for an order at hand.
 */
export const visibleOrders: Condition<{ readonly customer_id: unknown }> = condition({
  columns: { customer_id: 'text' },
  where: {
    any: [
      { scope: 'orders:read' },
      {
        all: [
          { role: 'customer' },
          { scope: 'orders:own' },
          { eq: ['customer_id', { auth: 'subject' }] },
        ],
      },
    ],
  },
})

/** A customer's own, for `/me/orders`. */
export const ownOrders: Condition<{ readonly customer_id: unknown }> = condition({
  columns: { customer_id: 'text' },
  where: { eq: ['customer_id', { auth: 'subject' }] },
})
