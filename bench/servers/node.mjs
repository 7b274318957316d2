// The yardstick: bare node:http doing the job by hand, with nothing the job does not ask for.
// VARIANT=headers: W1 or W5 with the headers, host check and request id of the secure workload.
// VARIANT=zod: W5 with its answer validated by zod instead of by hand.
// VARIANT=cached: token verdicts are kept, good and bad ones, as Trefoil keeps them.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { pipeline } from 'node:stream'

import { pieces, SLOW_MS } from '../lib/aborts.mjs'
import { bearer, cachingVerifier, verifyToken } from '../lib/hs256.mjs'
import { listedTools } from '../lib/listed-tools.mjs'
import { createOrder, orderList, orders } from '../lib/orders.mjs'
import { otherTools } from '../lib/other-tools.mjs'

const { PORT, WORKLOAD, VARIANT } = process.env
const MAX_BODY = 1024 * 1024
const HOSTS = new Set([`127.0.0.1:${PORT}`, `localhost:${PORT}`])
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/
const verify = VARIANT === 'cached' ? cachingVerifier() : verifyToken
const secure = !['w1', 'w5', 'w5r'].includes(WORKLOAD) || VARIANT === 'headers'
const guards = ['w2g', 'w2d', 'w2r', 'w2t'].includes(WORKLOAD) ? isClerk : null
/** Calls in a window of milliseconds; `null` for any number. */
const rate = { w2r: [6_000_000, 60_000], w2t: [1, 3_600_000] }[WORKLOAD] ?? null
const fullAt = new Map()
const checkList = await listCheck()
const store = WORKLOAD === 'w6' ? await orderStore() : null

const server = createServer((request, response) => {
  const requestId = secure ? requestIdOf(request) : ''
  if (secure && !HOSTS.has(request.headers.host ?? '')) {
    return send(response, requestId, 421, { error: 'unknown host' })
  }
  const { method, url = '/' } = request
  if (method === 'GET' && url.startsWith('/orders/')) return readOrder(url, response, requestId)
  if (method === 'GET' && url === '/orders') {
    return send(response, requestId, 200, checkList(orderList))
  }
  if (method === 'POST' && url === '/orders') {
    return secured(request, response, requestId, postOrder)
  }
  if (method === 'GET' && WORKLOAD === 'endurance') {
    if (url === '/slow') return setTimeout(send, SLOW_MS, response, requestId, 200, {})
    if (url === '/stream') return pipeline(pieces(), response, () => {})
  }
  if (method === 'POST' && url === '/mcp') return secured(request, response, requestId, postMessage)
  send(response, requestId, 404, { error: 'not found' })
})

function readOrder(url, response, requestId) {
  const end = url.indexOf('?')
  const id = url.slice('/orders/'.length, end === -1 ? undefined : end)
  const order = orders.get(id.includes('%') ? safeDecode(id) : id)
  if (order === undefined) return send(response, requestId, 404, { error: 'order not found' })
  send(response, requestId, 200, order)
}

/** What holds a list to its shape before it is sent: nothing, a loop, or zod. */
async function listCheck() {
  if (WORKLOAD !== 'w5r') return (list) => list
  if (VARIANT === 'zod') {
    const { z } = await import('zod')
    const schema = z.array(
      z.object({
        order_id: z.string(),
        customer_id: z.string(),
        sku: z.string(),
        quantity: z.number().int(),
        status: z.string(),
        total_cents: z.number().int(),
      }),
    )
    return (list) => schema.parse(list)
  }
  return (list) => {
    if (!Array.isArray(list) || !list.every(isOrder)) throw new Error('not a list of orders')
    return list
  }
}

function isOrder(value) {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof value.order_id === 'string' &&
    typeof value.customer_id === 'string' &&
    typeof value.sku === 'string' &&
    Number.isSafeInteger(value.quantity) &&
    typeof value.status === 'string' &&
    Number.isSafeInteger(value.total_cents)
  )
}

/** The two guards of W2G, by hand. */
function isClerk({ roles = [], scopes = [] }) {
  if (!roles.includes('clerk') && !roles.includes('admin')) return false
  return scopes.includes('orders:read') && scopes.includes('orders:write')
}

/** A bucket for each caller, by hand, with the headers that say where it stands. */
function isInRate(sub, response) {
  const [limit, period] = rate
  const now = Date.now()
  const interval = period / limit
  const from = Math.max(fullAt.get(sub) ?? 0, now)
  const spare = now + period - from - interval
  response.setHeader('ratelimit-policy', `"api";q=${limit};w=${period / 1000}`)
  if (spare < 0) {
    response.setHeader('ratelimit', `"api";r=0;t=${Math.ceil((from - now) / 1000)}`)
    response.setHeader('retry-after', String(Math.ceil(-spare / 1000)))
    return false
  }
  fullAt.set(sub, from + interval)
  const left = Math.floor(spare / interval)
  response.setHeader('ratelimit', `"api";r=${left};t=${Math.ceil((from + interval - now) / 1000)}`)
  return true
}

/** Bearer first, then content type, then the body: a refused caller is not read. */
function secured(request, response, requestId, next) {
  const token = bearer(request.headers.authorization)
  const claims = token === null ? null : verify(token)
  if (claims === null) {
    response.setHeader('www-authenticate', 'Bearer')
    return send(response, requestId, 401, { error: 'unauthorized' })
  }
  if (rate !== null && !isInRate(claims.sub, response)) {
    return send(response, requestId, 429, { error: 'too often' })
  }
  if (guards !== null && !guards(claims)) return send(response, requestId, 403, { error: 'denied' })
  if (!request.headers['content-type']?.startsWith('application/json')) {
    return send(response, requestId, 415, { error: 'application/json only' })
  }
  const chunks = []
  let size = 0
  request.on('data', (chunk) => {
    size += chunk.length
    if (size > MAX_BODY) request.destroy()
    else chunks.push(chunk)
  })
  request.on('end', () => {
    const bytes = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
    let body
    try {
      body = JSON.parse(bytes.toString())
    } catch {
      return send(response, requestId, 400, { error: 'not JSON' })
    }
    next(body, claims, response, requestId, request)
  })
}

function postOrder(body, claims, response, requestId) {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return send(response, requestId, 422, { error: 'an object is needed' })
  }
  const { customer_id, sku, quantity } = body
  if (typeof customer_id !== 'string') return invalid(response, requestId, 'customer_id')
  if (typeof sku !== 'string') return invalid(response, requestId, 'sku')
  if (!Number.isSafeInteger(quantity) || quantity < 1 || quantity > 100) {
    return invalid(response, requestId, 'quantity')
  }
  store?.({ customer_id, sku, quantity }, claims.sub, requestId)
  send(response, requestId, 201, createOrder({ customer_id, sku, quantity }, claims.sub))
}

/** One transaction for each order: the lock first, or what is read of the chain may be another's by then. */
async function orderStore() {
  const { DatabaseSync } = await import('node:sqlite')
  const { databaseFile, INSERT_ENTRY, INSERT_ORDER, LAST_ENTRY, nextEntry, TABLES } = await import(
    '../lib/written-orders.mjs'
  )
  const db = new DatabaseSync(databaseFile())
  db.exec(`pragma journal_mode = wal; pragma synchronous = full; ${TABLES}`)
  process.once('SIGTERM', () => process.exit(0))
  const [begin, commit, rollback] = ['begin immediate', 'commit', 'rollback'].map((sql) =>
    db.prepare(sql),
  )
  const [order, last, entry] = [INSERT_ORDER, LAST_ENTRY, INSERT_ENTRY].map((sql) =>
    db.prepare(sql),
  )
  return (args, subject, id) => {
    begin.run()
    try {
      order.run(args.customer_id, args.sku, args.quantity, subject)
      entry.run(...nextEntry(last.get(), id, subject, args))
      commit.run()
    } catch (error) {
      if (db.isTransaction) rollback.run()
      throw error
    }
  }
}

function invalid(response, requestId, field) {
  send(response, requestId, 422, { error: 'invalid', field })
}

const MODERN = '2026-07-28'
const LEGACY = new Set(['2025-11-25', '2025-06-18', '2025-03-26'])
const META = 'io.modelcontextprotocol'
const METHODS = new Set(['tools/call', 'tools/list'])
const TOOLS = ['get_order', ...otherTools()].map((name) => ({
  name,
  inputSchema: { type: 'object' },
}))
const CALLS = new Map(TOOLS.map(({ name }) => [name, getOrder]))
/** W3l and W3h: the text of each tool, and the role that whoever sees it must have. */
const GUARDED_TOOLS = listedTools(WORKLOAD, Number(process.env.TOOLS ?? 1)).map(
  ({ role, tool }) => ({ role, text: JSON.stringify(tool) }),
)
const listsGuarded = WORKLOAD === 'w3l' || WORKLOAD === 'w3h'
const SERVER_INFO = { [`${META}/serverInfo`]: { name: 'bench', version: '1.0.0' } }
const SERVER_TEXT = JSON.stringify(SERVER_INFO)

function postMessage(message, claims, response, requestId, request) {
  const { headers } = request
  // A page in a browser must not reach an agent's server through a rebound name.
  if (headers.origin !== undefined) return send(response, requestId, 403, { error: 'origin' })
  if (message?.jsonrpc !== '2.0' || !METHODS.has(message.method)) {
    return rpcError(response, requestId, message?.id, -32601, 'method not found', 404)
  }
  const { id, method, params } = message
  const claimed = params?._meta?.[`${META}/protocolVersion`]
  const modern = claimed !== undefined
  if (modern) {
    if (
      claimed !== MODERN ||
      headers['mcp-protocol-version'] !== MODERN ||
      headers['mcp-method'] !== method ||
      (method === 'tools/call' && headers['mcp-name'] !== params.name)
    ) {
      return rpcError(response, requestId, id, -32020, 'header mismatch', 400)
    }
  } else if (!LEGACY.has(headers['mcp-protocol-version'] ?? '2025-03-26')) {
    return rpcError(response, requestId, id, -32600, 'unsupported protocol version', 400)
  }
  const call = method === 'tools/call' ? CALLS.get(params?.name) : null
  if (call === undefined) {
    return rpcError(response, requestId, id, -32602, 'unknown tool', 200)
  }
  if (listsGuarded && method === 'tools/list') return listGuarded(id, claims, response, requestId)
  const outcome = call === null ? { tools: TOOLS } : call(params.arguments)
  const result = modern ? { resultType: 'complete', ...outcome, _meta: SERVER_INFO } : outcome
  send(response, requestId, 200, { jsonrpc: '2.0', id, result })
}

/** Asks the guard of every tool, and joins what is known of those that are seen. */
function listGuarded(id, { roles = [] }, response, requestId) {
  let texts = ''
  for (const { role, text } of GUARDED_TOOLS) {
    if (roles.includes(role)) texts += texts === '' ? text : `,${text}`
  }
  const members = `"resultType":"complete","tools":[${texts}],"ttlMs":60000,"cacheScope":"private"`
  const meta = `"_meta":${SERVER_TEXT}`
  sendText(
    response,
    requestId,
    200,
    `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{${members},${meta}}}`,
  )
}

function getOrder(args) {
  const order = typeof args?.order_id === 'string' ? orders.get(args.order_id) : undefined
  if (order === undefined) {
    return { content: [{ type: 'text', text: 'order_id: no such order' }], isError: true }
  }
  if (!isOrder(order)) throw new Error('not an order')
  return { content: [{ type: 'text', text: JSON.stringify(order) }], structuredContent: order }
}

function rpcError(response, requestId, id, code, text, status) {
  send(response, requestId, status, { jsonrpc: '2.0', id, error: { code, message: text } })
}

function requestIdOf(request) {
  const given = request.headers['x-request-id']
  return given !== undefined && REQUEST_ID.test(given) ? given : randomUUID()
}

function send(response, requestId, status, value) {
  sendText(response, requestId, status, JSON.stringify(value))
}

function sendText(response, requestId, status, text) {
  const length = Buffer.byteLength(text)
  if (secure) {
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': length,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'x-request-id': requestId,
    })
  } else {
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': length })
  }
  response.end(text)
}

function safeDecode(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

server.listen(Number(PORT), '127.0.0.1', () => console.log('ready'))
