// The workloads: one request each, what a right answer is, and what must be refused.
import { createOrder, newOrder, orders } from './orders.mjs'
import { mintToken, SUBJECT } from './token.mjs'

/**
 * @typedef {{ method: string, path: string, headers: Record<string, string>, body: string | null }} Request
 * @typedef {{ status: number, headers: Headers, text: string }} Answer
 * @typedef {{
 *   name: string
 *   title: string
 *   status: number
 *   request: Request
 *   wrong: (answer: Answer) => string | null
 *   probes: readonly { name: string, request: Request, wrong: (answer: Answer) => string | null }[]
 * }} Workload
 */

const JSON_TYPE = { 'content-type': 'application/json' }
const order = /** @type {import('./orders.mjs').Order} */ (orders.get('ord_1001'))

/** @param {string} token */
const authorized = (token) => ({ authorization: `Bearer ${token}` })
const good = mintToken()

const BAD_TOKENS = [
  ['no token', {}],
  ['foreign signature', authorized(mintToken({ secret: 'another-secret-another-secret-00' }))],
  ['expired token', authorized(mintToken({ ttl: -600 }))],
  ['token without exp', authorized(mintToken({ ttl: null }))],
]

/** @returns {Workload} */
function readOrder() {
  /** @param {string} id @returns {Request} */
  const request = (id) => ({ method: 'GET', path: `/orders/${id}`, headers: {}, body: null })
  return {
    name: 'w1',
    title: 'GET one order, no auth',
    status: 200,
    request: request('ord_1001'),
    wrong: (answer) => sameJson(parse(answer.text), order),
    probes: [
      {
        name: 'another order',
        request: request('ord_1002'),
        wrong: (answer) => sameJson(parse(answer.text), orders.get('ord_1002')),
      },
      { name: 'unknown order', request: request('nope'), wrong: expectStatus(404) },
    ],
  }
}

const SECURITY_HEADERS = [
  'x-content-type-options',
  'x-frame-options',
  'referrer-policy',
  'x-request-id',
]

/** @returns {Workload} */
function createSecurely() {
  /** @param {object} body @param {Record<string, string>} headers @returns {Request} */
  const request = (body, headers) => ({
    method: 'POST',
    path: '/orders',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify(body),
  })
  return {
    name: 'w2',
    title: 'POST an order: bearer, validation, security headers',
    status: 201,
    request: request(newOrder, authorized(good)),
    wrong: ({ headers, text }) => {
      const missing = SECURITY_HEADERS.filter((name) => !headers.has(name))
      if (missing.length > 0) return `headers missing: ${missing.join(', ')}`
      return sameJson(parse(text), createOrder(newOrder, SUBJECT))
    },
    probes: [
      ...BAD_TOKENS.map(([name, headers]) => ({
        name: /** @type {string} */ (name),
        request: request(newOrder, /** @type {Record<string, string>} */ (headers)),
        wrong: expectStatus(401),
      })),
      ...[0, 101, 1.5, '3'].map((quantity) => ({
        name: `quantity ${JSON.stringify(quantity)}`,
        request: request({ ...newOrder, quantity }, authorized(good)),
        wrong: expectStatus(400, 422),
      })),
      {
        name: 'request id echoed',
        request: request(newOrder, { ...authorized(good), 'x-request-id': 'bench-77' }),
        wrong: ({ headers }) =>
          headers.get('x-request-id') === 'bench-77' ? null : 'x-request-id was not echoed',
      },
    ],
  }
}

const LEGACY = '2025-11-25'
const MODERN = '2026-07-28'
const META = 'io.modelcontextprotocol'

/** @param {boolean} modern @returns {Workload} */
function callTool(modern) {
  const version = modern ? MODERN : LEGACY
  const meta = {
    _meta: {
      [`${META}/protocolVersion`]: MODERN,
      [`${META}/clientCapabilities`]: {},
      [`${META}/clientInfo`]: { name: 'bench', version: '1.0.0' },
    },
  }
  /** @param {Record<string, unknown>} args @param {Record<string, string>} headers @returns {Request} */
  const request = (args, headers) => ({
    method: 'POST',
    path: '/mcp',
    headers: {
      ...JSON_TYPE,
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': version,
      ...(modern ? { 'mcp-method': 'tools/call', 'mcp-name': 'get_order' } : {}),
      ...headers,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'get_order', arguments: args, ...(modern ? meta : {}) },
    }),
  })
  return {
    name: modern ? 'w3m' : 'w3',
    title: `MCP tools/call, bearer, revision ${version}`,
    status: 200,
    request: request({ order_id: 'ord_1001' }, authorized(good)),
    wrong: (answer) => {
      const message = rpcMessage(answer)
      if (message?.id !== 1) return 'no JSON-RPC answer to our id'
      if (modern && message.result?.resultType !== 'complete') return 'resultType is not complete'
      if (message.result?.isError === true) return 'the tool failed'
      return sameJson(parse(message.result?.content?.[0]?.text), order)
    },
    probes: [
      ...BAD_TOKENS.map(([name, headers]) => ({
        name: /** @type {string} */ (name),
        request: request({ order_id: 'ord_1001' }, /** @type {Record<string, string>} */ (headers)),
        wrong: expectStatus(401),
      })),
      {
        name: 'wrong argument type',
        request: request({ order_id: 7 }, authorized(good)),
        wrong: (answer) => {
          const message = rpcMessage(answer)
          return message?.error !== undefined || message?.result?.isError === true
            ? null
            : 'a number was accepted as order_id'
        },
      },
    ],
  }
}

/** @type {ReadonlyMap<string, Workload>} */
export const workloads = new Map(
  [readOrder(), createSecurely(), callTool(false), callTool(true)].map((one) => [one.name, one]),
)

/** @param {readonly number[]} statuses @returns {(answer: Answer) => string | null} */
function expectStatus(...statuses) {
  return ({ status }) =>
    statuses.includes(status) ? null : `status ${status}, expected ${statuses.join(' or ')}`
}

/** A JSON answer, or the one message of an event stream. @param {Answer} answer */
function rpcMessage({ headers, text }) {
  if (!headers.get('content-type')?.startsWith('text/event-stream')) return parse(text)
  const data = text.split('\n').find((line) => line.startsWith('data: {'))
  return data === undefined ? null : parse(data.slice(6))
}

/** @param {unknown} text */
function parse(text) {
  try {
    return JSON.parse(String(text))
  } catch {
    return null
  }
}

/** Same members and values; their order does not matter. @param {unknown} actual @param {unknown} expected */
function sameJson(actual, expected) {
  const left = canonical(actual)
  const right = canonical(expected)
  return left === right ? null : `got ${left.slice(0, 200)}, expected ${right}`
}

/** @param {unknown} value */
function canonical(value) {
  if (typeof value !== 'object' || value === null) return String(value)
  return JSON.stringify(
    Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))),
  )
}
