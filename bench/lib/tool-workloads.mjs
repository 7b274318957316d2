// W3 in two revisions of MCP.
import { all, expectStatus, parseJson, sameJson } from './expect.mjs'
import { authorized, BAD_TOKENS, good } from './order-workloads.mjs'
import { orders } from './orders.mjs'
import { LEGACY, MODERN, toolMessage } from './tool-message.mjs'

/** @param {string} name @param {string} revision @returns {import('./workloads.mjs').Workload} */
function callTool(name, revision) {
  /** @param {Record<string, unknown>} args @param {Record<string, string>} headers */
  const request = (args, headers) =>
    toolMessage(revision, 'tools/call', { name: 'get_order', arguments: args }, headers)
  return {
    name,
    title: `MCP tools/call, bearer, revision ${revision}`,
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
        request: toolMessage(revision, 'tools/list', {}, authorized(good)),
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

export const w3 = callTool('w3', LEGACY)
export const w3m = callTool('w3m', MODERN)

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
export function rpcMessage({ headers, text }) {
  if (!headers.get('content-type')?.startsWith('text/event-stream')) return parseJson(text)
  const data = text.split('\n').find((line) => line.startsWith('data: {'))
  return data === undefined ? null : parseJson(data.slice(6))
}
