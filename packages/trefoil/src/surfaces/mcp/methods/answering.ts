import { type Awaitable, isPromiseLike } from '../../../base/promise.ts'
import { Problem } from '../../../contract/problems/problem.ts'
import type { CallState } from '../../../engine/call-state.ts'
import type { Plan } from '../../../engine/plan.ts'
import type { Stage } from '../../../engine/stage.ts'

/**
 * What a message about the app is answered with, worked out as a stage of its call and not once that is over: a list asks
 * functions of the developer's, which have to be under its deadline, in its place among those that run at once, and in
 * its record with how they ended.
 */
export class Answering {
  /** JSON text of the result; `null` while there is none. */
  text: string | null = null
  /** True once the developer's code is asked: what fails from there on is an answer of the method. */
  hasBegun = false
  readonly plan: Plan

  /** @param discovery the plan of a call that runs no action of its own */
  constructor(discovery: Plan, answer: (state: CallState) => Awaitable<string | Problem>) {
    const take = (made: string | Problem): Problem | undefined => {
      if (made instanceof Problem) return made
      this.text = made
      return undefined
    }
    const stage: Stage = (state) => {
      const overdue = state.overdue()
      if (overdue !== null) return overdue
      this.hasBegun = true
      const made = answer(state)
      return isPromiseLike(made) ? made.then(take) : take(made)
    }
    // Before the handler of nothing, behind every check: whatever stands there begins once the caller is known.
    const { run, executeAt = run.length } = discovery
    this.plan = {
      ...discovery,
      run: [...run.slice(0, executeAt), stage, ...run.slice(executeAt)],
      executeAt: executeAt + 1,
    }
  }
}
