import type { StrictJsonLimits } from '../../base/json/strict-json.ts'
import type { Manifest } from '../../contract/protocol/action-protocol.ts'
import type { AppContext } from '../../engine/app-context.ts'
import type { Plan } from '../../engine/plan.ts'
import type { AskVisible } from '../agent/visible-actions.ts'
import type { Recorder } from '../recorder.ts'

/** What the CLI surface works with. */
export interface CliParts {
  readonly manifest: Manifest
  /** What the caller of the manifest sees of it. */
  readonly visible: AskVisible
  readonly plans: ReadonlyMap<string, Plan>
  readonly discovery: Plan
  readonly app: AppContext
  /** For calls in this process; the others are recorded by the surface that received them. */
  readonly recorder: Recorder
  /** Header of request ids; `null` for none. */
  readonly requestIdHeader: string | null
  /** Bytes of a request body. */
  readonly maxBodySize: number
  /** Of arguments, wherever they come from. */
  readonly jsonLimits: StrictJsonLimits
  /** Bytes of a result. */
  readonly maxResponseSize: number
}
