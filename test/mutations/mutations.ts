import type { Mutation } from './mutated.ts'
import { MCP_WIRE } from './mcp-wire.ts'

/** Each rule with what takes it away. A row more is a line in the table of its part. */
export const MUTATIONS: readonly Mutation[] = [...MCP_WIRE]
