// Every row of the tables: which file, in which variant, takes part in which workload.

/** @typedef {{ name: string, file: string, variant: string, workloads: readonly string[] }} Peer */

const HTTP = ['w1', 'w2']
const MCP = ['w3', 'w3m']

/** @type {readonly Peer[]} */
export const peers = [
  { name: 'node', file: 'node.mjs', variant: '', workloads: [...HTTP, ...MCP] },
  { name: 'node-headers', file: 'node.mjs', variant: 'headers', workloads: ['w1'] },
  { name: 'node-cached', file: 'node.mjs', variant: 'cached', workloads: ['w2', ...MCP] },
  { name: 'trefoil', file: 'trefoil.mjs', variant: '', workloads: [...HTTP, ...MCP] },
  { name: 'fastify', file: 'fastify.mjs', variant: '', workloads: HTTP },
  { name: 'hono', file: 'hono.mjs', variant: '', workloads: HTTP },
  { name: 'sdk-v2', file: 'sdk-v2.mjs', variant: '', workloads: MCP },
  { name: 'tmcp', file: 'tmcp.mjs', variant: '', workloads: MCP },
]
