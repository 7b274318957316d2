import { BEYOND_MCP } from './beyond-mcp.ts'
import { MCP_ASKING } from './mcp-asking.ts'
import { MCP_AUTHORIZATION } from './mcp-authorization.ts'
import { MCP_CALLS } from './mcp-calls.ts'
import { MCP_LISTS } from './mcp-lists.ts'
import { MCP_NAMES } from './mcp-names.ts'
import { MCP_STDIO } from './mcp-stdio.ts'
import { MCP_WIRE } from './mcp-wire.ts'
import type { Mutation } from './mutated.ts'

/** Each rule with what takes it away. A row more is a line in the table of its part. */
export const MUTATIONS: readonly Mutation[] = [
  ...MCP_WIRE,
  ...MCP_LISTS,
  ...MCP_NAMES,
  ...MCP_AUTHORIZATION,
  ...MCP_CALLS,
  ...MCP_ASKING,
  ...MCP_STDIO,
  ...BEYOND_MCP,
]
