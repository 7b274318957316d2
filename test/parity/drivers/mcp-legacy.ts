import type { Driver, Target } from '../driver.ts'
import { type McpEra, mcpDriver } from './mcp.ts'

/** The era of handshakes: 2025-11-25, the official client's default. */
const LEGACY: McpEra = { name: 'mcp-legacy', mode: 'legacy', headers: () => ({}), meta: {} }

export function mcpLegacyDriver(target: Target): Driver {
  return mcpDriver(LEGACY, target)
}
