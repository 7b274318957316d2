import type { StrictJsonLimits } from '../../base/json/strict-json.ts'
import type { AppContext } from '../../engine/app-context.ts'
import type { Plan } from '../../engine/plan.ts'
import type { ListPages } from './lists/pages.ts'
import type { Target } from './methods/target.ts'
import type { Prompts } from './prompts/prompts.ts'
import type { Resources } from './resources/resources.ts'
import type { RunningCalls } from './running-calls.ts'
import type { ServerFacts } from './server-facts.ts'
import type { AskTools } from './tool-list/caller-tools.ts'
import type { ToolList } from './tool-list/tool-list.ts'

/** What the MCP surface works with. */
export interface McpParts {
  readonly server: ServerFacts
  readonly tools: ToolList
  /** True where tools are searched for: three of ours find, describe and call the others. */
  readonly searches: boolean
  /** Those of the caller of a list, as it is told of them. */
  readonly toolsFor: AskTools
  /** Tools by name. */
  readonly calls: ReadonlyMap<string, Target>
  readonly resources: Resources
  readonly prompts: Prompts
  readonly pages: ListPages
  readonly discovery: Plan
  readonly app: AppContext
  /** Of this process. */
  readonly running: RunningCalls
  /** Bytes of a request body. */
  readonly maxBodySize: number
  /** Of a request body. */
  readonly jsonLimits: StrictJsonLimits
  /** Bytes of a tool result. */
  readonly maxResponseSize: number
}
