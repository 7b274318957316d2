import { deeper } from '../../base/json/strict-json.ts'
import { isPromiseLike } from '../../base/promise.ts'
import type { HttpReply } from '../../contract/answer/exchange.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
import { MCP_PATH } from '../../contract/protocol/paths.ts'
import type { StdioChannel, StdioLines } from '../../contract/protocol/stdio-channel.ts'
import type { AppContext } from '../../engine/app-context.ts'
import { compilePlan } from '../../engine/plan.ts'
import { decideMcpOrigin } from '../../policy/mcp-origin.ts'
import { compileDiscoveryPlan } from '../agent/discovery-plan.ts'
import type { Endpoint } from '../endpoint.ts'
import type { Recorder } from '../recorder.ts'
import { walk } from '../walk.ts'
import { type McpAuthorization, pointing } from './authorization/resource-metadata.ts'
import { ListPages } from './lists/pages.ts'
import type { McpParts } from './mcp-parts.ts'
import { mcpVerbs } from './mcp-verbs.ts'
import type { Target } from './methods/target.ts'
import { problemReply } from './problem-reply.ts'
import { compilePrompts } from './prompts/prompts.ts'
import { LEVELS_AROUND } from './read-envelope.ts'
import { compileResources } from './resources/resources.ts'
import { RunningCalls } from './running-calls.ts'
import { serverFacts } from './server-facts.ts'
import { StdioConnection } from './stdio/stdio-connection.ts'
import { compileCallerTools } from './tool-list/caller-tools.ts'
import type { ToolList } from './tool-list/tool-list.ts'
import { refuseSearchNames } from './tool-search/refuse-search-names.ts'
import { legacy } from './wire/legacy.ts'
import { argumentHeaders } from './wire/routing-headers.ts'

/** Options of {@link mcpSurface}. */
export interface McpOptions
  extends Pick<McpParts, 'maxBodySize' | 'jsonLimits' | 'maxResponseSize' | 'searches'> {
  /** Exact origins of pages that may call; `*` for every one. */
  readonly allowedOrigins: ReadonlySet<string>
  /** Entries of a page of a list. */
  readonly pageSize: number
  /** `null` for no resource server. */
  readonly authorization: McpAuthorization | null
  /** Made when it is first asked for. */
  readonly tools: () => ToolList
}

/** MCP of an app: its endpoint, and connections in this process. */
export interface McpSurface {
  /** Present even when there are no tools (MCP-1). */
  readonly endpoint: Endpoint
  connect(channel: StdioChannel): StdioLines
}

export function mcpSurface(
  catalogue: Catalogue,
  app: AppContext,
  recorder: Recorder,
  options: McpOptions,
): McpSurface {
  const { allowedOrigins: allowed, authorization, tools: toolList, pageSize, ...sizes } = options
  const tools = catalogue.actions.filter(({ tool }) => tool)
  if (options.searches) refuseSearchNames(tools)
  const calls = new Map<string, Target>()
  for (const action of tools) {
    const headers = argumentHeaders(action)
    const plan = compilePlan(action, 'mcp', app)
    calls.set(action.name, { plan, headers: headers.length === 0 ? null : headers, texts: null })
  }
  const parts: McpParts = {
    server: serverFacts(catalogue),
    get tools() {
      return toolList()
    },
    toolsFor: compileCallerTools(tools, app, toolList),
    calls,
    resources: compileResources(catalogue.actions, app),
    prompts: compilePrompts(catalogue.actions, app),
    pages: new ListPages(pageSize, catalogue.version),
    discovery: compileDiscoveryPlan('mcp', 'mcp.discovery', app),
    app,
    running: new RunningCalls(),
    ...sizes,
    jsonLimits: deeper(options.jsonLimits, LEVELS_AROUND),
  }
  const verbs = mcpVerbs(parts)
  const pointed = (reply: HttpReply) =>
    authorization === null ? reply : pointing(reply, authorization)
  const endpoint: Endpoint = {
    method: 'POST',
    path: MCP_PATH,
    surface: 'mcp',
    checkOrigin: (origin, { scheme, host }) => decideMcpOrigin(origin, { scheme, host, allowed }),
    handle: (request) => {
      const reply = walk(verbs, request)
      if (authorization === null) return reply
      return isPromiseLike(reply) ? reply.then(pointed) : pointed(reply)
    },
    // Nothing of the body has been read: no message has an id yet, and no era.
    renderRefusal: (problem, ids) => pointed(problemReply(problem, legacy, null, ids)),
  }
  return { endpoint, connect: (channel) => new StdioConnection(parts, recorder, channel) }
}
