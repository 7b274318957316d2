import type { Action } from '../contract/action.ts'
import type { SurfaceName } from '../contract/surface-name.ts'
import type { AppContext } from './app-context.ts'
import type { NamedStageOf, PlanOf } from './plan-shape.ts'
import type { RunningCall } from './running-call.ts'
import type { Stage } from './stage.ts'
import { approvalStage } from './stages/approval.ts'
import { auditIntentStage } from './stages/audit-intent.ts'
import { bindStage } from './stages/bind.ts'
import { executeStage } from './stages/execute.ts'
import { guardStage } from './stages/guard.ts'
import { identifyStage } from './stages/identify.ts'
import { limitsStage } from './stages/limits.ts'

/** A stage under its name in the lifecycle. */
export type NamedStage = NamedStageOf<RunningCall>

/** The checks of one action on one surface, in order, worked out once. */
export type Plan = PlanOf<RunningCall>

/**
 * Compiles the stages 5 to 12 for an action on a surface. A stage that has nothing to do for
 * this action is left out, so the loop does not visit it.
 */
export function compilePlan(action: Action, surface: SurfaceName, app: AppContext): Plan {
  const config = app.auth[surface]
  const hook = action.approval[surface] ? app.approval : null
  const agent = surface !== 'api'
  const stages: [name: string, stage: Stage | null][] = [
    ['identify', config === undefined || action.public[surface] ? null : identifyStage(config)],
    ['limits', limitsStage(app.limits)],
    ['guards', guardStage(action.guards.filter((guard) => !guard.needsInput))],
    ['bind', bindStage(action)],
    ['guards-with-input', guardStage(action.guards.filter((guard) => guard.needsInput))],
    ['approval', hook !== null || agent ? approvalStage(hook) : null],
    ['audit-intent', auditIntentStage(app.audit)],
    ['execute', executeStage(action)],
  ]
  const named: NamedStage[] = []
  for (const [name, run] of stages) if (run !== null) named.push(Object.freeze({ name, run }))
  return Object.freeze({
    action,
    surface,
    app,
    stages: Object.freeze(named),
    run: Object.freeze(named.map(({ run }) => run)),
  })
}
