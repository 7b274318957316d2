import { lazily } from '../../base/lazily.ts'
import type { LocalCredentials } from '../../contract/call/app-handle.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
import type { ActionTarget } from '../../contract/protocol/action-protocol.ts'
import type { AppContext } from '../../engine/app-context.ts'
import { compilePlan, type Plan } from '../../engine/plan.ts'
import { compileDiscoveryPlan } from '../agent/discovery-plan.ts'
import { compileVisible } from '../agent/visible-actions.ts'
import type { Endpoint } from '../endpoint.ts'
import type { Recorder } from '../recorder.ts'
import type { CliParts } from './cli-parts.ts'
import { cliEndpoints } from './endpoints.ts'
import { createLocalActions } from './local.ts'
import { buildManifest } from './manifest.ts'

/** The CLI surface of an app: its endpoints, and its actions in this process. */
export interface CliSurface {
  /** Empty when no action is exposed on the CLI (RPC-1). */
  readonly endpoints: readonly Endpoint[]
  local(credentials: LocalCredentials): ActionTarget
}

export function createCliSurface(
  catalogue: Catalogue,
  app: AppContext,
  recorder: Recorder,
  limits: Pick<CliParts, 'maxBodySize' | 'jsonLimits' | 'maxResponseSize' | 'requestIdHeader'>,
): CliSurface {
  const plans = new Map<string, Plan>()
  for (const action of catalogue.actions) {
    if (action.exposed.cli) plans.set(action.name, compilePlan(action, 'cli', app))
  }
  const manifest = lazily(() => buildManifest(catalogue))
  const parts: CliParts = {
    get manifest() {
      return manifest()
    },
    visible: compileVisible(catalogue.actions, 'cli', app),
    plans,
    discovery: compileDiscoveryPlan('cli', 'actions.list', app),
    app,
    recorder,
    ...limits,
  }
  return {
    endpoints: plans.size === 0 ? [] : cliEndpoints(parts),
    local: (credentials) => createLocalActions(parts, credentials),
  }
}
