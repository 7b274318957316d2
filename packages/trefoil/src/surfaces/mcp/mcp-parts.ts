import type { StrictJsonLimits } from '../../base/json/strict-json.ts'
import type { AppContext } from '../../engine/app-context.ts'
import type { CallState } from '../../engine/call-state.ts'
import type { Plan } from '../../engine/plan.ts'
import type { AskVisible, PerVisible } from '../agent/visible-actions.ts'
import type { Target } from './methods/target.ts'
import type { Prompts } from './prompts/prompts.ts'
import type { Resources } from './resources/resources.ts'
import type { RunningCalls } from './running-calls.ts'
import type { ServerFacts } from './server-facts.ts'
import type { CallerTools, ToolList } from './tool-list.ts'
import type { CallerNeeds } from './tool-needs.ts'

/** What the MCP surface works with. */
export interface McpParts {
  readonly server: ServerFacts
  readonly tools: ToolList
  /** True where tools are searched for: three of ours find, describe and call the others. */
  readonly searches: boolean
  /** What the caller of a list sees of them. */
  readonly visible: AskVisible
  /** What it needs for them that it does not bring; `null` where all need the same. */
  readonly needs: ((state: CallState) => CallerNeeds) | null
  readonly toolsOf: PerVisible<ToolList, CallerTools>
  /** Tools by name. */
  readonly calls: ReadonlyMap<string, Target>
  readonly resources: Resources
  readonly prompts: Prompts
  /** Entries of a page of a list. */
  readonly pageSize: number
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
