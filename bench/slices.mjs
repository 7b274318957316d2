// node bench/slices.mjs [--json] [--quick] [--servers a,b] [--base NAME] [--slices N] [--starts N] [--tools N] [w1 …]:
// small differences between servers, on a machine that changes its speed from second to second.
// --base: ratios to that row beside those to node. --tools: how many tools the rows of w3 and w3m offer (1).
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  const { peers } = await import('./lib/catalogue.mjs')
  const { readFlags } = await import('./lib/flags.mjs')
  const { guarded } = await import('./lib/guarded.mjs')
  const { benchSlices } = await import('./lib/slices-bench.mjs')
  const { workloads } = await import('./lib/workloads.mjs')
  const HTTP_ROWS = ['node', 'node-headers', 'trefoil', 'fastify', 'hono', 'h3', 'elysia']
  const TOKEN_ROWS = ['node-cached', 'trefoil-verifying']
  const TOOL_ROWS = [
    'trefoil-returns',
    'sdk-v2',
    'sdk-v2-cached',
    'sdk-v2-fast',
    'tmcp',
    'tmcp-cached',
  ]
  const numbers = {
    slices: { full: 100, quick: 10 },
    starts: { full: 5, quick: 1 },
    tools: { full: 1, quick: 1 },
  }
  const servers = {
    allowed: peers.map(({ name }) => name),
    usual: [...HTTP_ROWS, ...TOKEN_ROWS, ...TOOL_ROWS],
    takesBase: true,
  }
  const isWorkload = (/** @type {string} */ name) => workloads.has(name)
  process.exitCode = await guarded(async () => {
    const flags = readFlags(numbers, servers, isWorkload)
    const offered = flags.servers.map((peer) => ({ ...peer, tools: peer.tools ?? flags.tools }))
    await benchSlices({ ...flags, servers: offered })
  })
} else process.exitCode = code
