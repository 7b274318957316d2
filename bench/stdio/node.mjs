// The same by hand: lines of JSON, both methods, the checks of a message and of its arguments.
import process from 'node:process'

import { listedTools } from '../lib/listed-tools.mjs'
import { orders } from '../lib/orders.mjs'

const META = 'io.modelcontextprotocol'
const MODERN = '2026-07-28'
const SERVER_INFO = { [`${META}/serverInfo`]: { name: 'bench', version: '0.0.0' } }
const [{ tool }] = listedTools('w3', 1)
const TOOLS = [{ ...tool, name: 'get_order' }]
const MOST = 2 * 1024 * 1024

let rest = ''
process.stdin.setEncoding('utf8')
process.stdin.on('data', (piece) => {
  rest += piece
  if (rest.length > MOST) process.exit(1)
  for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n')) {
    const line = rest.slice(0, end)
    rest = rest.slice(end + 1)
    const answer = answerTo(line)
    if (answer !== null) process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...answer })}\n`)
  }
})

function answerTo(line) {
  let message
  try {
    message = JSON.parse(line)
  } catch {
    return { id: null, error: { code: -32700, message: 'not JSON' } }
  }
  const { id, method, params } = message ?? {}
  if (message?.jsonrpc !== '2.0' || typeof method !== 'string') {
    return { id: null, error: { code: -32600, message: 'no message' } }
  }
  if (id === undefined) return null
  if (params?._meta?.[`${META}/protocolVersion`] !== MODERN) {
    return { id, error: { code: -32602, message: 'which revision?' } }
  }
  if (method === 'tools/list') {
    const lists = { tools: TOOLS, ttlMs: 60_000, cacheScope: 'public' }
    return { id, result: { resultType: 'complete', ...lists, _meta: SERVER_INFO } }
  }
  if (method !== 'tools/call') return { id, error: { code: -32601, message: 'no such method' } }
  if (params.name !== 'get_order') return { id, error: { code: -32602, message: 'no such tool' } }
  return {
    id,
    result: { resultType: 'complete', ...getOrder(params.arguments), _meta: SERVER_INFO },
  }
}

function getOrder(args) {
  const order = typeof args?.order_id === 'string' ? orders.get(args.order_id) : undefined
  if (order === undefined) {
    return { content: [{ type: 'text', text: 'order_id: no such order' }], isError: true }
  }
  return { content: [{ type: 'text', text: JSON.stringify(order) }], isError: false }
}
