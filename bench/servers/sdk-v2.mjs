// The official MCP SDK v2 as its serving guide shows it for Node: its HTTP handler behind its Node
// adapter, its guards and its bearer check, a fresh McpServer for every request. The schemas are
// hoisted out of the factory. What its documentation has that is faster: sdk-v2-fast.mjs.
// VARIANT=cached: token verdicts are kept. TOOLS=N: so many tools.
import { createServer } from 'node:http'

import {
  localhostHostValidation,
  localhostOriginValidation,
  toNodeHandler,
} from '@modelcontextprotocol/node'
import {
  bearerAuthChallengeResponse,
  createMcpHandler,
  McpServer,
} from '@modelcontextprotocol/server'
import { z } from 'zod'

import { order } from '../lib/order-schema.mjs'
import { orders } from '../lib/orders.mjs'
import { otherTools } from '../lib/other-tools.mjs'
import { authInfoOf } from '../lib/sdk-bearer.mjs'

const tool = {
  description: 'Fetch one order by id.',
  inputSchema: z.object({ order_id: z.string() }),
  outputSchema: order,
}
const names = ['get_order', ...otherTools()]

async function getOrder({ order_id }) {
  const found = orders.get(order_id)
  if (found === undefined) {
    return { content: [{ type: 'text', text: 'order not found' }], isError: true }
  }
  return { content: [{ type: 'text', text: JSON.stringify(found) }], structuredContent: found }
}

const handle = toNodeHandler(
  createMcpHandler(() => {
    const server = new McpServer({ name: 'bench', version: '1.0.0' })
    for (const name of names) server.registerTool(name, tool, getOrder)
    return server
  }),
)

const hostAllowed = localhostHostValidation()
const originAllowed = localhostOriginValidation()

const server = createServer(async (request, response) => {
  if (!hostAllowed(request, response) || !originAllowed(request, response)) return
  try {
    request.auth = await authInfoOf(request.headers.authorization)
  } catch (error) {
    const refusal = bearerAuthChallengeResponse(error)
    response.writeHead(refusal.status, Object.fromEntries(refusal.headers))
    response.end(await refusal.text())
    return
  }
  await handle(request, response)
})
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'))
