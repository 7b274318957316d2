import type { Driver, Target } from '../driver.ts'
import { type McpEra, MODERN, mcpDriver } from './mcp.ts'

/** The stateless era: 2026-07-28, pinned. */
const STATELESS: McpEra = {
  name: 'mcp-modern',
  mode: { pin: MODERN },
  headers: (tool) => ({
    'mcp-protocol-version': MODERN,
    'mcp-method': 'tools/call',
    'mcp-name': tool,
  }),
  meta: {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientCapabilities': {},
  },
}

export function mcpModernDriver(target: Target): Driver {
  return mcpDriver(STATELESS, target)
}
