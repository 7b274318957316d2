// tmcp: one server and one transport for the life of the process, zod through its adapter.
// Its transport speaks web requests; Hono's listener makes them lazily, the fastest way known.
// VARIANT=cached: token verdicts are kept. TOOLS=N: so many tools.
import { createServer } from 'node:http'

import { getRequestListener } from '@hono/node-server'
import { ZodJsonSchemaAdapter } from '@tmcp/adapter-zod'
import { HttpTransport } from '@tmcp/transport-http'
import { McpServer } from 'tmcp'
import { z } from 'zod'

import { bearer, cachingVerifier, verifyToken } from '../lib/hs256.mjs'
import { order } from '../lib/order-schema.mjs'
import { orders } from '../lib/orders.mjs'
import { otherTools } from '../lib/other-tools.mjs'

const cached = process.env.VARIANT?.split(',').includes('cached') === true
const verify = cached ? cachingVerifier() : verifyToken
const schema = z.object({ order_id: z.string() })

const server = new McpServer(
  { name: 'bench', version: '1.0.0', description: 'Orders' },
  { adapter: new ZodJsonSchemaAdapter(), capabilities: { tools: {} } },
)
for (const name of ['get_order', ...otherTools()]) {
  server.tool(
    { name, description: 'Fetch one order by id.', schema, outputSchema: order },
    async ({ order_id }) => {
      const found = orders.get(order_id)
      if (found === undefined) {
        return { content: [{ type: 'text', text: 'order not found' }], isError: true }
      }
      return { content: [{ type: 'text', text: JSON.stringify(found) }], structuredContent: found }
    },
  )
}

const transport = new HttpTransport(server, { path: '/mcp', allowedOrigins: [] })

const listener = getRequestListener(async (request) => {
  const token = bearer(request.headers.get('authorization') ?? undefined)
  const claims = token === null ? null : verify(token)
  if (claims === null) {
    return new Response('unauthorized', { status: 401, headers: { 'www-authenticate': 'Bearer' } })
  }
  const response = await transport.respond(request, { subject: claims.sub })
  return response ?? new Response(null, { status: 404 })
})
createServer(listener).listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'))
