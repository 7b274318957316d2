import { z } from 'zod'

/** The life of an order; any status may follow any other. */
export const OrderStatus = z.enum(['pending', 'paid', 'shipped', 'cancelled'])
export type OrderStatus = z.infer<typeof OrderStatus>

export const OrderId = z.string().describe('Such as `ord_1001`.')

export const Quantity = z.int().min(1).max(100)

/** An order as callers see it. */
export const Order = z.object({
  id: z.string(),
  customer_id: z.string(),
  sku: z.string(),
  quantity: Quantity,
  status: OrderStatus,
  /** In whole currency units, with two decimals at most. */
  total: z.number(),
  note: z.string().optional(),
})
export type Order = z.infer<typeof Order>

/** What was ordered, by status. */
export const Sales = z.array(z.object({ status: OrderStatus, orders: z.int(), total: z.number() }))
export type Sales = z.infer<typeof Sales>

/** One page of orders; `next_cursor` is `null` on the last one. */
export const OrderPage = z.object({
  items: z.array(Order),
  next_cursor: z.string().nullable(),
})
export type OrderPage = z.infer<typeof OrderPage>
