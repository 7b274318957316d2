import type { StrictJsonLimits } from '../../base/json/strict-json.ts'
import type { AppContext } from '../../engine/app-context.ts'
import type { Plan } from '../../engine/plan.ts'
import type { ToolList } from './tool-list.ts'

/** What the MCP surface works with. */
export interface McpParts {
  readonly tools: ToolList
  readonly plans: ReadonlyMap<string, Plan>
  readonly discovery: Plan
  readonly app: AppContext
  /** Bytes of a request body. */
  readonly maxBodySize: number
  /** Of a request body. */
  readonly jsonLimits: StrictJsonLimits
  /** Bytes of a tool result. */
  readonly maxResponseSize: number
}
