import type { Awaitable } from '../base/promise.ts'
import type { Action } from '../contract/action.ts'
import type { Problem } from '../contract/problem.ts'
import type { SurfaceName } from '../contract/surface-name.ts'
import type { AppContext } from './app-context.ts'

/** One check of a call: nothing lets it go on, a problem ends it. */
export type StageOf<Call> = (call: Call) => Awaitable<Problem | undefined>

/** A stage under its name in the lifecycle. */
export interface NamedStageOf<Call> {
  readonly name: string
  readonly run: StageOf<Call>
}

/** The checks of one action on one surface, in order, worked out once. */
export interface PlanOf<Call> {
  readonly action: Action
  readonly surface: SurfaceName
  readonly app: AppContext
  readonly stages: readonly NamedStageOf<Call>[]
  /** The same stages bare, for the loop. */
  readonly run: readonly StageOf<Call>[]
}
