import type { Catalogue } from '../../contract/call/catalogue.ts'
import { workerNumber } from '../../record/worker-number.ts'
import { assumedRequired } from '../compile/assumed-required.ts'
import type { AppConfig } from '../options/app-config.ts'
import { describeAgentReach } from './agent-reach.ts'
import { ambiguousApprovals } from './ambiguous-approval.ts'
import { describeExposure } from './exposure.ts'
import { keptByEachWorker } from './per-process.ts'
import { unknownPersons } from './separate-duties.ts'
import { sharedAudience } from './shared-audience.ts'

/** A line for the developer's log. */
export interface StartupWarning {
  readonly fields: object
  readonly message: string
}

/** How open an app is, and what of its declarations may not mean what it seems to. */
export function openness(catalogue: Catalogue, config: AppConfig): readonly StartupWarning[] {
  // Told by the first of several workers: it starts before the others.
  if ((workerNumber(config.env)?.number ?? 1) !== 1) return []
  return [
    ...describeExposure(catalogue, config),
    ...describeAgentReach(catalogue, config),
    ...ambiguousApprovals(catalogue),
    ...assumedRequired(catalogue),
    ...unknownPersons(catalogue, config),
    ...sharedAudience(config),
    ...keptByEachWorker(catalogue, config),
  ].map(({ message, ...fields }) => ({ fields, message }))
}
