import { UNKNOWN_SCHEME } from '../contract/auth/security-scheme.ts'
import type { Action } from '../contract/call/action.ts'
import type { SurfaceName } from '../contract/call/surface-name.ts'
import type { AppContext } from './app-context.ts'
import type { CallSite } from './call-site.ts'
import { LIFECYCLE, type StageName } from './lifecycle.ts'
import type { Stage } from './stage.ts'
import { ActionView } from './views/action-view.ts'

/** A stage under its name in the lifecycle. */
export interface NamedStage {
  readonly name: StageName
  readonly run: Stage
}

/** The checks of one action on one surface, in order, worked out once. */
export interface Plan extends CallSite {
  readonly stages: readonly NamedStage[]
  /** The same stages bare, for the loop. */
  readonly run: readonly Stage[]
}

/**
 * Compiles the rows of the lifecycle that the engine runs, for an action on a surface. A stage that
 * has nothing to do for this action is left out, so the loop does not visit it.
 *
 * @param without stages that this plan goes without
 */
export function compilePlan(
  action: Action,
  surface: SurfaceName,
  app: AppContext,
  without: readonly StageName[] = [],
): Plan {
  const stages: NamedStage[] = []
  for (const { name, compile } of LIFECYCLE) {
    if (compile === null || without.includes(name)) continue
    const run = compile({ action, surface, app })
    if (run !== null) stages.push(Object.freeze({ name, run }))
  }
  return Object.freeze({
    action,
    facts: new ActionView(action),
    surface,
    app,
    schemes: app.auth[surface]?.schemes ?? UNKNOWN_SCHEME,
    entry: action.public[surface] ? null : (app.auth[surface] ?? null),
    isListing: without.length > 0,
    executeAt: stages.findIndex(({ name }) => name === 'execute'),
    stages: Object.freeze(stages),
    run: Object.freeze(stages.map(({ name, run }) => watched(name, run, app))),
  })
}

/** Told of as it begins, where somebody asks. */
function watched(name: StageName, run: Stage, { observers }: AppContext): Stage {
  if (observers?.watchesStages !== true) return run
  return (state) => {
    if (!state.rehearses) observers.stage(state.observe(), name)
    return run(state)
  }
}
