import type { Awaitable } from '../base/promise.ts'
import type { Action } from '../contract/call/action.ts'
import type { SurfaceName } from '../contract/call/surface-name.ts'
import type { Problem } from '../contract/problems/problem.ts'
import type { AppContext } from './app-context.ts'
import type { CallState } from './call-state.ts'

/**
 * Ends a call early without being a failure: everything was checked, nothing was run. It travels
 * like a refusal, so no later stage can start by accident.
 */
export const DRY_RUN: unique symbol = Symbol('dry run')

/** Ends the stages of a call that has its answer already: one that was kept. */
export const ANSWERED: unique symbol = Symbol('answered')

/** What ends a call before an answer is made. */
export type StageEnd = Problem | typeof DRY_RUN | typeof ANSWERED

/** One check of a call: nothing lets it go on, anything else ends it. */
export type Stage = (state: CallState) => Awaitable<StageEnd | undefined>

/** What a stage is compiled for. */
export interface StageSite {
  readonly action: Action
  readonly surface: SurfaceName
  readonly app: AppContext
}

/** Makes a stage; `null` when it has nothing to do there. */
export type StageMaker = (site: StageSite) => Stage | null
