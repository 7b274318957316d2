// An order in zod, for the servers that declare what they answer. Apart from orders.mjs: servers
// that have no use for zod do not load it.
import { z } from 'zod'

export const order = z.object({
  order_id: z.string(),
  customer_id: z.string(),
  sku: z.string(),
  quantity: z.number().int(),
  status: z.string(),
  total_cents: z.number().int(),
})
