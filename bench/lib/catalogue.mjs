// Every row of the tables: which file, in which variant, takes part in which workload.

/** @typedef {{ name: string, file: string, variant: string, workloads: readonly string[] }} Peer */

const HTTP = ['w1', 'w2', 'w4', 'w5']
const MCP = ['w3', 'w3m']
const ALL = [...HTTP, 'w5r', ...MCP]

/** @type {readonly Peer[]} */
export const peers = [
  { name: 'node', file: 'node.mjs', variant: '', workloads: ALL },
  { name: 'node-headers', file: 'node.mjs', variant: 'headers', workloads: ['w1', 'w5'] },
  { name: 'node-cached', file: 'node.mjs', variant: 'cached', workloads: ['w2', 'w4', ...MCP] },
  { name: 'node-zod', file: 'node.mjs', variant: 'zod', workloads: ['w5r'] },
  { name: 'trefoil', file: 'trefoil.mjs', variant: '', workloads: ALL },
  { name: 'trefoil-verifying', file: 'trefoil.mjs', variant: 'verifying', workloads: ['w2'] },
  { name: 'trefoil-typebox', file: 'trefoil.mjs', variant: 'typebox', workloads: ['w5r'] },
  { name: 'fastify', file: 'fastify.mjs', variant: '', workloads: [...HTTP, 'w5r'] },
  { name: 'hono', file: 'hono.mjs', variant: '', workloads: HTTP },
  { name: 'h3', file: 'h3.mjs', variant: '', workloads: HTTP },
  { name: 'elysia', file: 'elysia.mjs', variant: '', workloads: [...HTTP, 'w5r'] },
  { name: 'nest', file: 'nest.mjs', variant: '', workloads: [...HTTP, 'w5r'] },
  { name: 'express', file: 'express.mjs', variant: '', workloads: HTTP },
  { name: 'sdk-v2', file: 'sdk-v2.mjs', variant: '', workloads: MCP },
  { name: 'tmcp', file: 'tmcp.mjs', variant: '', workloads: MCP },
]

/** Names of the rows that take part in a workload. @param {string} workload */
export function peersOf(workload) {
  return peers.filter(({ workloads }) => workloads.includes(workload)).map(({ name }) => name)
}
