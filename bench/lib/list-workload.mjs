// W5: a long answer, whose cost is serialization; and the same held to its declared shape.
import { expectJson } from './expect.mjs'
import { orderList } from './orders.mjs'

/** @param {string} name @param {string} title @returns {import('./workloads.mjs').Workload} */
function listOrders(name, title) {
  return {
    name,
    title,
    parts: [
      {
        name: 'list',
        request: { method: 'GET', path: '/orders', headers: {}, body: null },
        status: 200,
        wrong: expectJson(orderList),
      },
    ],
    order: [0],
    probes: [],
  }
}

export const w5 = listOrders('w5', 'GET a list of 100 orders, no auth, answer not validated')
export const w5r = listOrders('w5r', 'GET a list of 100 orders, no auth, answer held to its schema')
