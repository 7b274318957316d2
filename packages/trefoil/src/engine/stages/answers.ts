import { Problem, refuse } from '../../contract/problems/problem.ts'
import { Asking } from '../asking/asking.ts'
import { bindingOf } from '../asking/binding.ts'
import { readState } from '../asking/kept.ts'
import type { Stage, StageSite } from '../stage.ts'

/**
 * Opens what was given with the questions of an earlier round. What is not of this very call (tampered with, of somebody
 * else, of other arguments, too old) ends it before anything of the developer's runs.
 */
export function answersStage({ action, surface }: StageSite): Stage | null {
  // Clients of other routes have headers of these names for themselves.
  if (surface === 'api' && !action.asks) return null
  return (state) => {
    const sent = state.inbound.answers?.() ?? null
    if (sent === null) return undefined
    if (sent instanceof Problem) return sent
    // They are what the program of the caller says, with a state and without one; what that binds is lost without it.
    if (sent.state === null) {
      state.asking = new Asking(state.site, () => bindingOf(state), null, sent.answers)
      return undefined
    }
    const kept = readState(state, sent.state)
    if (kept === null) return refuse('invalid_request_state')
    state.asking = new Asking(state.site, () => bindingOf(state), kept, sent.answers)
    return undefined
  }
}
