import { type Problem, refuse } from '../contract/problem.ts'
import type { CallState } from './call-state.ts'

/**
 * What a caller is told when the time is up. Until the developer's code has been entered nothing
 * was done; after that nobody can tell, and only what may be done twice should be repeated
 * (FND-16).
 */
export function timeoutProblem(state: CallState): Problem {
  if (!state.hasBegun) return timeoutBeforeCall()
  const { readOnlyHint, idempotentHint } = state.site.action.hints
  const retryable = readOnlyHint === true || idempotentHint === true
  return refuse('TIMEOUT', {
    detail: 'The action took too long; it may have been done',
    fix: retryable
      ? 'Repeat the call later, or raise `timeout` on the action.'
      : 'Find out whether it was done before repeating the call.',
    details: { started: true, retryable },
  })
}

/** The time was up while the request arrived or was being checked. */
export function timeoutBeforeCall(): Problem {
  return refuse('TIMEOUT', {
    detail: 'The action took too long and was not started; nothing was done',
    details: { started: false, retryable: true },
  })
}
