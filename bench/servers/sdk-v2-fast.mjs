// The official MCP SDK v2 in the fastest form its documentation allows (packages server 2.4 and
// node 2.1: their type documentation, and the guides "Serve over HTTP", "Sessions, state, and
// scaling", "Low-level Server", "Serve with Hono", "Support legacy clients"). What it says:
// - A server cannot be built once: handler and transport take a fresh instance for every request,
//   and a stateless transport refuses a second request. (A session keeps its instance. W3 and W3m
//   have none, and revision 2026-07-28 knows none.)
// - What may be light is the instance: a factory may return the low-level `Server`, which derives
//   and registers nothing. Its user dispatches and validates; here by schemas made once.
// - `handler.fetch` takes a web request, so it needs no Node adapter where a listener has one:
//   Hono's makes it lazily.
// - `parsedBody`: a body that was parsed already is not read, cloned and parsed again.
// - `legacy: 'reject'` and `isLegacyRequest` leave the 2025 revisions to a wiring of one's own, and
//   a transport with `enableJsonResponse` answers with JSON. Modern requests get JSON anyway.
// VARIANT=cached: token verdicts are kept. TOOLS=N: so many tools.
import { createServer } from 'node:http'

import { getRequestListener } from '@hono/node-server'
import {
  bearerAuthChallengeResponse,
  createMcpHandler,
  hostHeaderValidationResponse,
  isJsonContentType,
  isLegacyRequest,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
  Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import { z } from 'zod'

import { order } from '../lib/order-schema.mjs'
import { orders } from '../lib/orders.mjs'
import { otherTools } from '../lib/other-tools.mjs'
import { authInfoOf } from '../lib/sdk-bearer.mjs'

const input = z.object({ order_id: z.string() })
const tools = ['get_order', ...otherTools()].map((name) => ({
  name,
  description: 'Fetch one order by id.',
  inputSchema: z.toJSONSchema(input),
  outputSchema: z.toJSONSchema(order),
}))
const handlers = new Map(tools.map(({ name }) => [name, getOrder]))
const info = { name: 'bench', version: '1.0.0' }
const options = { capabilities: { tools: {} } }

function buildServer() {
  const server = new Server(info, options)
  server.setRequestHandler('tools/list', listTools)
  server.setRequestHandler('tools/call', callTool)
  return server
}

async function listTools() {
  return { tools }
}

async function callTool({ params }) {
  const handler = handlers.get(params.name)
  if (handler === undefined) return failure(`unknown tool: ${params.name}`)
  const args = input.safeParse(params.arguments)
  return args.success ? handler(args.data) : failure(args.error.message)
}

function getOrder({ order_id }) {
  const found = orders.get(order_id)
  if (found === undefined) return failure('order not found')
  const structuredContent = order.parse(found)
  return { content: [{ type: 'text', text: JSON.stringify(found) }], structuredContent }
}

function failure(text) {
  return { content: [{ type: 'text', text }], isError: true }
}

const modern = createMcpHandler(buildServer, { legacy: 'reject' })

async function legacy(request, requestOptions) {
  const server = buildServer()
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: undefined,
    enableJsonResponse: true,
  })
  await server.connect(transport)
  try {
    return await transport.handleRequest(request, requestOptions)
  } finally {
    await server.close()
  }
}

const hostnames = localhostAllowedHostnames()
const origins = localhostAllowedOrigins()

async function respond(request) {
  const rejected =
    hostHeaderValidationResponse(request, hostnames) ?? originValidationResponse(request, origins)
  if (rejected !== undefined) return rejected
  let authInfo
  try {
    authInfo = await authInfoOf(request.headers.get('authorization'))
  } catch (error) {
    return bearerAuthChallengeResponse(error)
  }
  if (!isJsonContentType(request.headers.get('content-type'))) {
    return new Response('application/json only', { status: 415 })
  }
  let parsedBody
  try {
    parsedBody = await request.json()
  } catch {
    return new Response('not JSON', { status: 400 })
  }
  const requestOptions = { authInfo, parsedBody }
  return (await isLegacyRequest(request, parsedBody))
    ? legacy(request, requestOptions)
    : modern.fetch(request, requestOptions)
}

createServer(getRequestListener(respond)).listen(Number(process.env.PORT), '127.0.0.1', () =>
  console.log('ready'),
)
