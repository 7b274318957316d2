// The official MCP SDK v2: its HTTP handler behind its Node adapter, its guards and its bearer
// check. The schema is hoisted out of the per-request factory, the fastest documented form.
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
  OAuthError,
  OAuthErrorCode,
  verifyBearerToken,
} from '@modelcontextprotocol/server'
import { z } from 'zod'

import { verifyToken } from '../lib/hs256.mjs'
import { orders } from '../lib/orders.mjs'

const tool = {
  description: 'Fetch one order by id.',
  inputSchema: z.object({ order_id: z.string() }),
}

async function getOrder({ order_id }) {
  const order = orders.get(order_id)
  if (order === undefined) {
    return { content: [{ type: 'text', text: 'order not found' }], isError: true }
  }
  return { content: [{ type: 'text', text: JSON.stringify(order) }] }
}

const handle = toNodeHandler(
  createMcpHandler(() => {
    const server = new McpServer({ name: 'bench', version: '1.0.0' })
    server.registerTool('get_order', tool, getOrder)
    return server
  }),
)

const verifier = {
  async verifyAccessToken(token) {
    const claims = verifyToken(token)
    if (claims === null) throw new OAuthError(OAuthErrorCode.InvalidToken, 'invalid token')
    return { token, clientId: claims.sub, scopes: [], expiresAt: claims.exp }
  },
}

const hostAllowed = localhostHostValidation()
const originAllowed = localhostOriginValidation()

const server = createServer(async (request, response) => {
  if (!hostAllowed(request, response) || !originAllowed(request, response)) return
  try {
    request.auth = await verifyBearerToken(request.headers.authorization, { verifier })
  } catch (error) {
    const refusal = bearerAuthChallengeResponse(error)
    response.writeHead(refusal.status, Object.fromEntries(refusal.headers))
    response.end(await refusal.text())
    return
  }
  await handle(request, response)
})
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'))
