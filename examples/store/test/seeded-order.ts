/** The order that the documentation names. */
export const ORDER_1001 = {
  id: 'ord_1001',
  customer_id: 'cust_001',
  sku: 'sku-coffee',
  quantity: 2,
  status: 'paid',
  total: 42.5,
} as const
