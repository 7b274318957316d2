// What tool search saves a client, and what it costs the server. In one process, without connections.
import { z } from 'zod'

import { hasRole, jwtAuth } from '../../packages/trefoil/dist/auth.js'
import { createApp } from '../../packages/trefoil/dist/index.js'
import { BenchFailure } from './log.mjs'
import { authorized } from './order-workloads.mjs'
import { orders } from './orders.mjs'
import { median, round } from './stats.mjs'
import { mintToken, SECRET } from './token.mjs'
import { MODERN, toolMessage } from './tool-message.mjs'

/** Bytes of the answer to `tools/list`. */
const MOST_BYTES = 4096
const COUNTS = [1, 10, 100, 1000]
const THINGS = ['order', 'invoice', 'parcel', 'refund', 'customer', 'supplier', 'price', 'stock']
const DEEDS = ['Fetch one', 'List every', 'Count each', 'Summarize the', 'Compare two', 'Export a']
const headers = authorized(mintToken({ roles: ['clerk'] }))

/** @param {{ rounds: number, json: boolean }} options */
export async function benchSearch({ rounds, json }) {
  const lines = []
  for (const count of COUNTS) {
    const [listing, searching] = [appOf(count, 'list'), appOf(count, 'search')]
    const list = toolMessage(MODERN, 'tools/list', {}, headers)
    const whole = await ask(listing, list)
    const short = await ask(searching, list)
    const query = { name: 'find_actions', arguments: { query: 'refund of a customer' } }
    const find = toolMessage(MODERN, 'tools/call', query, headers)
    const found = JSON.parse(await ask(searching, find)).result
    if (found.isError !== false || found.structuredContent.actions.length === 0) {
      throw new BenchFailure(`nothing was found among ${count} actions`)
    }
    const figures = {
      actions: count,
      list_bytes: Buffer.byteLength(whole),
      search_bytes: Buffer.byteLength(short),
      list_us: await micros(searching, list, rounds),
      find_us: await micros(searching, find, rounds),
    }
    if (figures.search_bytes > MOST_BYTES) {
      throw new BenchFailure(`${figures.search_bytes} bytes, at most ${MOST_BYTES}`)
    }
    lines.push(
      json
        ? JSON.stringify({ bench: 'tool-search', ...figures })
        : `| ${Object.values(figures).join(' | ')} |`,
    )
  }
  const head =
    '| actions | bytes of the whole list | bytes of the list | CPU µs of the list | CPU µs of a search |'
  if (!json) lines.unshift(head, `|${'---:|'.repeat(5)}`)
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Half of the actions are hidden from a clerk. @param {number} count @param {'list' | 'search'} mode */
function appOf(count, mode) {
  const app = createApp({
    name: 'bench',
    mcp: { tools: { mode } },
    auth: [{ authenticate: jwtAuth({ keys: SECRET }), surfaces: ['api', 'mcp', 'cli'] }],
  })
  for (let index = 0; index < count; index++) {
    const thing = THINGS[index % THINGS.length]
    const deed = DEEDS[index % DEEDS.length]
    app.get(
      `/actions/${index + 1}/{order_id}`,
      {
        name: `action_${index + 1}`,
        description: `${deed} ${thing} of the shop, refund and customer included.`,
        tool: true,
        params: { order_id: z.string() },
        guards: [hasRole(index % 2 === 0 ? 'clerk' : 'admin')],
      },
      ({ order_id }) => orders.get(order_id),
    )
  }
  return app
}

/** @param {{ fetch: (request: Request) => Promise<Response> }} app @param {import('./workloads.mjs').Request} request */
async function ask(app, { method, path, headers: sent, body }) {
  const url = `http://localhost${path}`
  const response = await app.fetch(new Request(url, { method, headers: sent, body }))
  const text = await response.text()
  if (response.status !== 200) throw new BenchFailure(`status ${response.status}: ${text}`)
  return text
}

/** @param {Parameters<typeof ask>[0]} app @param {Parameters<typeof ask>[1]} request @param {number} rounds */
async function micros(app, request, rounds) {
  const times = []
  for (let turn = -rounds; turn < rounds; turn++) {
    const before = process.cpuUsage()
    await ask(app, request)
    const { user, system } = process.cpuUsage(before)
    if (turn >= 0) times.push(user + system)
  }
  return round(median(times), 0)
}
