// W3 in two revisions of MCP.
import { expectStatus, parseJson, sameJson } from './expect.mjs'
import { authorized, BAD_TOKENS, good, JSON_TYPE } from './order-workloads.mjs'
import { orders } from './orders.mjs'

const LEGACY = '2025-11-25'
const MODERN = '2026-07-28'
const META = 'io.modelcontextprotocol'

/** @param {boolean} modern @returns {import('./workloads.mjs').Workload} */
function callTool(modern) {
  const version = modern ? MODERN : LEGACY
  const meta = {
    _meta: {
      [`${META}/protocolVersion`]: MODERN,
      [`${META}/clientCapabilities`]: {},
      [`${META}/clientInfo`]: { name: 'bench', version: '1.0.0' },
    },
  }
  /** @param {Record<string, unknown>} args @param {Record<string, string>} headers @returns {import('./workloads.mjs').Request} */
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
    parts: [
      {
        name: 'call',
        request: request({ order_id: 'ord_1001' }, authorized(good)),
        status: 200,
        wrong: (answer) => {
          const message = rpcMessage(answer)
          if (message?.id !== 1) return 'no JSON-RPC answer to our id'
          if (modern && message.result?.resultType !== 'complete') {
            return 'resultType is not complete'
          }
          if (message.result?.isError === true) return 'the tool failed'
          return sameJson(parseJson(message.result?.content?.[0]?.text), orders.get('ord_1001'))
        },
      },
    ],
    order: [0],
    probes: [
      ...Object.entries(BAD_TOKENS).map(([name, headers]) => ({
        name,
        request: request({ order_id: 'ord_1001' }, headers),
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

export const w3 = callTool(false)
export const w3m = callTool(true)

/** A JSON answer, or the one message of an event stream. @param {import('./workloads.mjs').Answer} answer */
function rpcMessage({ headers, text }) {
  if (!headers.get('content-type')?.startsWith('text/event-stream')) return parseJson(text)
  const data = text.split('\n').find((line) => line.startsWith('data: {'))
  return data === undefined ? null : parseJson(data.slice(6))
}
