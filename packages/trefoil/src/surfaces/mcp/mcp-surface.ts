import type { Catalogue } from '../../contract/catalogue.ts'
import type { AppContext } from '../../engine/app-context.ts'
import { compilePlan, type Plan } from '../../engine/plan.ts'
import { compileDiscoveryPlan } from '../agent/discovery-plan.ts'
import type { Endpoint } from '../endpoint.ts'
import { walk } from '../walk.ts'
import type { McpParts } from './mcp-parts.ts'
import { mcpVerbs } from './mcp-verbs.ts'
import { problemReply } from './problem-reply.ts'
import type { ToolList } from './tool-list.ts'
import { legacy } from './wire/legacy.ts'

/** Where MCP lives. Fixed by DESIGN §1. */
export const MCP_PATH = '/mcp'

/** The MCP endpoint of an app; present even when it has no tools (MCP-1). */
export function mcpEndpoint(
  catalogue: Catalogue,
  app: AppContext,
  {
    tools,
    ...options
  }: Pick<McpParts, 'allowedOrigins' | 'maxBodySize' | 'maxResponseSize'> & {
    /** Made when it is first asked for. */
    readonly tools: () => ToolList
  },
): Endpoint {
  const plans = new Map<string, Plan>()
  for (const action of catalogue.actions) {
    if (action.exposed.mcp) plans.set(action.name, compilePlan(action, 'mcp', app))
  }
  const verbs = mcpVerbs({
    get tools() {
      return tools()
    },
    plans,
    discovery: compileDiscoveryPlan('mcp', 'mcp.discovery', app),
    app,
    ...options,
  })
  return {
    method: 'POST',
    path: MCP_PATH,
    surface: 'mcp',
    handle: (request) => walk(verbs, request),
    // Nothing of the body has been read: no message has an id yet, and no era.
    renderRefusal: (problem, requestId) => problemReply(problem, legacy, null, requestId),
  }
}
