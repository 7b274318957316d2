// 200 routes and 150 requests shaped like a business API: ten areas, four resources each, five
// routes a resource. Requests are spread over all areas, so no router profits from one hot path.

const AREAS = [
  'sales',
  'stock',
  'billing',
  'people',
  'support',
  'shipping',
  'catalog',
  'audit',
  'search',
  'reports',
]
const RESOURCES = ['orders', 'items', 'contacts', 'labels']
const REQUESTS = { static: 50, param: 60, nested: 40 }

/**
 * @typedef {{ method: string, path: string, names: readonly string[] }} Route `path` with `:name`
 * @typedef {{ method: string, path: string, route: number, values: readonly string[] }} Sample
 */

const resources = AREAS.flatMap((area) => RESOURCES.map((name) => `/api/v1/${area}/${name}`))

/** @type {readonly Route[]} */
export const routes = resources.flatMap((base) => [
  { method: 'GET', path: base, names: [] },
  { method: 'POST', path: base, names: [] },
  { method: 'GET', path: `${base}/:id`, names: ['id'] },
  { method: 'DELETE', path: `${base}/:id`, names: ['id'] },
  { method: 'GET', path: `${base}/:id/events/:event_id`, names: ['id', 'event_id'] },
])

/** @type {Readonly<Record<'static' | 'param' | 'nested', readonly Sample[]>>} */
export const samples = {
  static: pick(REQUESTS.static, [0, 1]),
  param: pick(REQUESTS.param, [2, 3]),
  nested: pick(REQUESTS.nested, [4]),
}

/** @param {number} count @param {readonly number[]} kinds which of a resource's five routes @returns {Sample[]} */
function pick(count, kinds) {
  return Array.from({ length: count }, (_, index) => {
    const resource = (index * 7) % resources.length
    const route = resource * 5 + (kinds[index % kinds.length] ?? 0)
    const { method, path, names } = /** @type {Route} */ (routes[route])
    const values = names.map((name) => `${name}_${1000 + index * 37}`)
    const filled = names.reduce(
      (text, name, at) => text.replace(`:${name}`, values[at] ?? ''),
      path,
    )
    return { method, path: filled, route, values }
  })
}
