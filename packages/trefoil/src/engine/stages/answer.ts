import { isPromiseLike } from '../../base/promise.ts'
import type { Answer } from '../../contract/answer/answer.ts'
import type { Action } from '../../contract/call/action.ts'
import { Problem } from '../../contract/problems/problem.ts'
import { makeAnswer } from '../answer/make-answer.ts'
import { discardStream } from '../answer/stream.ts'
import { outputValidator } from '../answer/validate-output.ts'
import type { CallState } from '../call-state.ts'
import type { Stage } from '../stage.ts'

/** Makes the answer of what the developer's code returned. */
export function answerStage(action: Action): Stage {
  const validate = action.returns === null ? null : outputValidator(action.returns, action.name)
  return (state) => {
    const { returned } = state
    state.returned = undefined
    if (state.ended) {
      // A handler that ignored its signal may have opened what it returns.
      discardStream(returned)
      return undefined
    }
    const made = makeAnswer(state, returned, validate)
    return isPromiseLike(made) ? made.then((late) => keep(state, late)) : keep(state, made)
  }
}

function keep(state: CallState, made: Answer | Problem): Problem | undefined {
  if (made instanceof Problem) return made
  state.answer = made
  return undefined
}
