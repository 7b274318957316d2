// Every row of the tables: which file, in which variant, takes part in which workload.

/**
 * @typedef {{ name: string, file: string, variant: string, workloads: readonly string[], tools?: number, textOnly?: readonly string[] }} Peer
 *   `variant`: words for the server, separated by commas. `tools`: how many its MCP endpoint
 *   offers, 1 unless said. `textOnly`: workloads in which its tool answers with text and no
 *   structured content, which is less than the other rows do; tables say so.
 */

const HTTP = ['w1', 'w2', 'w4', 'w5']
const MCP = ['w3', 'w3m']
/** W2 with two guards, let through and denied. */
const GUARDED = ['w2g', 'w2d']
/** W2 with guards and a rate, let through and refused. */
const LIMITED = ['w2r', 'w2t']
const ALL = [...HTTP, 'w5r', 'w6', ...GUARDED, ...LIMITED, ...MCP]
/** `tools/list`, of guarded tools of which the caller sees all, or half. */
const LISTS = ['w3l', 'w3h']
/** How many tools the rows offer whose names end in `-tools`; all others offer one, unless `--tools` says so. */
const TOOL_COUNTS = [10, 100, 1000]

/** @type {readonly Peer[]} */
export const peers = [
  { name: 'node', file: 'node.mjs', variant: '', workloads: ALL },
  { name: 'node-headers', file: 'node.mjs', variant: 'headers', workloads: ['w1', 'w5'] },
  {
    name: 'node-cached',
    file: 'node.mjs',
    variant: 'cached',
    workloads: ['w2', 'w4', 'w6', ...GUARDED, ...LIMITED, ...MCP, ...LISTS],
  },
  ...withTools('node-cached', 'node.mjs', 'cached'),
  { name: 'node-zod', file: 'node.mjs', variant: 'zod', workloads: ['w5r'] },
  {
    name: 'trefoil',
    file: 'trefoil.mjs',
    variant: '',
    workloads: [...ALL, ...LISTS],
    textOnly: MCP,
  },
  ...withTools('trefoil-text', 'trefoil.mjs', '', MCP),
  { name: 'trefoil-returns', file: 'trefoil.mjs', variant: 'returns', workloads: MCP },
  {
    name: 'trefoil-verifying',
    file: 'trefoil.mjs',
    variant: 'returns,verifying',
    workloads: ['w2', ...MCP],
  },
  ...withTools('trefoil', 'trefoil.mjs', 'returns'),
  { name: 'trefoil-typebox', file: 'trefoil.mjs', variant: 'typebox', workloads: ['w5r'] },
  {
    name: 'fastify',
    file: 'fastify.mjs',
    variant: '',
    workloads: [...HTTP, ...GUARDED, ...LIMITED, 'w5r'],
  },
  { name: 'hono', file: 'hono.mjs', variant: '', workloads: HTTP },
  { name: 'h3', file: 'h3.mjs', variant: '', workloads: HTTP },
  { name: 'elysia', file: 'elysia.mjs', variant: '', workloads: [...HTTP, 'w5r'] },
  { name: 'nest', file: 'nest.mjs', variant: '', workloads: [...HTTP, 'w5r'] },
  { name: 'express', file: 'express.mjs', variant: '', workloads: HTTP },
  { name: 'sdk-v2', file: 'sdk-v2.mjs', variant: '', workloads: MCP },
  { name: 'sdk-v2-cached', file: 'sdk-v2.mjs', variant: 'cached', workloads: MCP },
  ...withTools('sdk-v2', 'sdk-v2.mjs', 'cached'),
  { name: 'sdk-v2-fast', file: 'sdk-v2-fast.mjs', variant: 'cached', workloads: MCP },
  ...withTools('sdk-v2-fast', 'sdk-v2-fast.mjs', 'cached'),
  { name: 'tmcp', file: 'tmcp.mjs', variant: '', workloads: MCP },
  { name: 'tmcp-cached', file: 'tmcp.mjs', variant: 'cached', workloads: MCP },
  ...withTools('tmcp', 'tmcp.mjs', 'cached'),
]

/** Rows that keep token verdicts, as Trefoil does, and offer more tools than one. @param {string} name @param {string} file @param {string} variant @param {readonly string[]} [textOnly] @returns {Peer[]} */
function withTools(name, file, variant, textOnly = []) {
  return TOOL_COUNTS.map((tools) => ({
    name: `${name}-${tools}-tools`,
    file,
    variant,
    workloads: MCP,
    tools,
    textOnly,
  }))
}

/** The name of a row as tables show it. @param {string} name @param {string} workload */
export function shownName(name, workload) {
  const { textOnly = [] } = peers.find((peer) => peer.name === name) ?? {}
  return textOnly.includes(workload) ? `${name} (text only)` : name
}

/** Names of the rows that take part in a workload. @param {string} workload */
export function peersOf(workload) {
  return peers.filter(({ workloads }) => workloads.includes(workload)).map(({ name }) => name)
}
