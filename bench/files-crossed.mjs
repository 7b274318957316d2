// node bench/files-crossed.mjs [--list]: how many files and functions of ours one warm call goes through
// (decisions/0023). Reads packages/trefoil/build, where one file is one source: build before.
import { Session } from 'node:inspector/promises'

import { z } from 'zod'

import { hasScope, jwtAuth } from '../packages/trefoil/build/auth.js'
import { createApp } from '../packages/trefoil/build/index.js'
import { serve } from '../packages/trefoil/build/node.js'
import { mintToken, SECRET } from './lib/token.mjs'
import { LEGACY, MODERN, toolMessage } from './lib/tool-message.mjs'

const WARM = 20
const BUILD = new URL('../packages/trefoil/build/', import.meta.url).href
const list = process.argv.includes('--list')

const app = createApp({
  name: 'bench',
  auth: [{ authenticate: jwtAuth({ keys: SECRET }), surfaces: ['api', 'mcp', 'cli'] }],
})
app.get(
  '/orders/{order_id}',
  {
    name: 'get_order',
    description: 'Fetch one order by id.',
    tool: true,
    cli: true,
    guards: [hasScope('orders:read')],
    params: { order_id: z.string(), verbose: z.boolean().default(false) },
    returns: z.object({ order_id: z.string(), verbose: z.boolean() }),
  },
  ({ order_id, verbose }) => ({ order_id, verbose }),
)

const server = await serve(app, { port: 0, host: '127.0.0.1' })
const authorization = `Bearer ${mintToken({ scopes: ['orders:read'] })}`
const args = { order_id: 'o_1', verbose: true }
const local = app.localActions({ headers: ['authorization', authorization] })

/** @type {Record<string, () => Promise<unknown>>} */
const CALLS = {
  'HTTP GET': () => send({ path: '/orders/o_1?verbose=true', headers: { authorization } }),
  'MCP modern': () => send(toolCall(MODERN)),
  'MCP legacy': () => send(toolCall(LEGACY)),
  'CLI local': () => local.call({ action: 'get_order', arguments: args }),
}

const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
console.log('| one warm call | files | functions |\n|---|---:|---:|')
for (const [name, call] of Object.entries(CALLS)) {
  for (let turn = 0; turn < WARM; turn++) await call()
  await settled()
  await session.post('Profiler.takePreciseCoverage')
  const answer = JSON.stringify(await call())
  await settled()
  if (!answer.includes('o_1')) throw new Error(`${name} answered wrongly: ${answer}`)
  const { result } = await session.post('Profiler.takePreciseCoverage')
  const crossed = result.flatMap(({ url, functions }) => {
    const own = functions.filter(({ ranges }) => ranges[0].count > 0 && ranges[0].startOffset > 0)
    return url.startsWith(BUILD) && own.length > 0 ? [{ url, own }] : []
  })
  const count = crossed.reduce((sum, { own }) => sum + own.length, 0)
  console.log(`| ${name} | ${crossed.length} | ${count} |`)
  if (!list) continue
  for (const { url, own } of crossed) {
    console.log(`  ${url.slice(BUILD.length)}: ${own.map(({ functionName }) => functionName)}`)
  }
}
session.disconnect()
await server.close()

/** @param {string} revision */
function toolCall(revision) {
  const params = { name: 'get_order', arguments: args }
  return toolMessage(revision, 'tools/call', params, { authorization })
}

/** @param {{ path: string, method?: string, headers: Record<string, string>, body?: string }} request */
async function send({ path, ...request }) {
  return (await fetch(`http://127.0.0.1:${server.port}${path}`, request)).text()
}

/** What goes on after an answer belongs to its call. */
function settled() {
  return new Promise((resolve) => setTimeout(resolve, 20))
}
