// W3 in two revisions of MCP.
import { all, expectStatus, parseJson, sameJson } from './expect.mjs'
import { authorized, BAD_TOKENS, good, JSON_TYPE } from './order-workloads.mjs'
import { orders } from './orders.mjs'

const LEGACY = '2025-11-25'
const MODERN = '2026-07-28'
const META = 'io.modelcontextprotocol'

/** @param {string} name @param {boolean} modern @returns {import('./workloads.mjs').Workload} */
function callTool(name, modern) {
  const version = modern ? MODERN : LEGACY
  const meta = {
    _meta: {
      [`${META}/protocolVersion`]: MODERN,
      [`${META}/clientCapabilities`]: {},
      [`${META}/clientInfo`]: { name: 'bench', version: '1.0.0' },
    },
  }
  /** @param {string} method @param {Record<string, unknown>} params @param {Record<string, string>} headers @returns {import('./workloads.mjs').Request} */
  const message = (method, params, headers) => ({
    method: 'POST',
    path: '/mcp',
    headers: {
      ...JSON_TYPE,
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': version,
      ...(modern ? { 'mcp-method': method } : {}),
      ...(modern && typeof params.name === 'string' ? { 'mcp-name': params.name } : {}),
      ...headers,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method,
      params: { ...params, ...(modern ? meta : {}) },
    }),
  })
  /** @param {Record<string, unknown>} args @param {Record<string, string>} headers */
  const request = (args, headers) =>
    message('tools/call', { name: 'get_order', arguments: args }, headers)
  return {
    name,
    title: `MCP tools/call, bearer, revision ${version}`,
    parts: [
      {
        name: 'call',
        request: request({ order_id: 'ord_1001' }, authorized(good)),
        status: 200,
        wrong: expectOrder('ord_1001', name),
      },
    ],
    order: [0],
    probes: [
      ...Object.entries(BAD_TOKENS).map(([kind, headers]) => ({
        name: kind,
        request: request({ order_id: 'ord_1001' }, headers),
        wrong: expectStatus(401),
      })),
      {
        name: 'another order',
        request: request({ order_id: 'ord_1002' }, authorized(good)),
        wrong: all(expectStatus(200), expectOrder('ord_1002', name)),
      },
      {
        name: 'list of tools',
        request: message('tools/list', {}, authorized(good)),
        wrong: (answer, { tools: expected = 1 }) => {
          const { tools } = rpcMessage(answer)?.result ?? {}
          return tools?.length === expected
            ? null
            : `${tools?.length} tools, expected ${expected}: ${answer.text.slice(0, 200)}`
        },
      },
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

export const w3 = callTool('w3', false)
export const w3m = callTool('w3m', true)

/**
 * One and the same result from every row: the order as text, character for character, and the
 * order as structured content. Rows that are marked to send text alone must send text alone, so
 * that nobody does less than the others unseen.
 *
 * @param {string} id @param {string} workload @returns {import('./workloads.mjs').Verdict}
 */
function expectOrder(id, workload) {
  const order = orders.get(id)
  const content = [{ type: 'text', text: JSON.stringify(order) }]
  return (answer, { textOnly = [] }) => {
    const message = rpcMessage(answer)
    if (message?.id !== 1) return 'no JSON-RPC answer to our id'
    const { result } = message
    if (workload === 'w3m' && result?.resultType !== 'complete') return 'resultType is not complete'
    if (result?.isError === true) return 'the tool failed'
    const wrongText = sameJson(result?.content, content)
    if (wrongText !== null) return `content: ${wrongText}`
    const expected = textOnly.includes(workload) ? undefined : order
    const wrong = sameJson(result.structuredContent, expected)
    return wrong === null ? null : `structuredContent: ${wrong}`
  }
}

/** A JSON answer, or the one message of an event stream. @param {import('./workloads.mjs').Answer} answer */
function rpcMessage({ headers, text }) {
  if (!headers.get('content-type')?.startsWith('text/event-stream')) return parseJson(text)
  const data = text.split('\n').find((line) => line.startsWith('data: {'))
  return data === undefined ? null : parseJson(data.slice(6))
}
