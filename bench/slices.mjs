// node bench/slices.mjs [--json] [--quick] [--servers a,b] [--slices N] [--starts N] [w1 …]: small differences
// between servers, on a machine that changes its speed from second to second.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  const { peers } = await import('./lib/catalogue.mjs')
  const { readFlags } = await import('./lib/flags.mjs')
  const { guarded } = await import('./lib/guarded.mjs')
  const { benchSlices } = await import('./lib/slices-bench.mjs')
  const { workloads } = await import('./lib/workloads.mjs')
  const numbers = { slices: { full: 100, quick: 10 }, starts: { full: 5, quick: 1 } }
  const servers = {
    allowed: peers.map(({ name }) => name),
    usual: ['node', 'node-headers', 'trefoil', 'fastify', 'hono', 'h3', 'elysia'],
  }
  const isWorkload = (/** @type {string} */ name) => workloads.has(name)
  process.exitCode = await guarded(() => benchSlices(readFlags(numbers, servers, isWorkload)))
} else process.exitCode = code
