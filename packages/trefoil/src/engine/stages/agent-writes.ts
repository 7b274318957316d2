import { isPromiseLike } from '../../base/promise.ts'
import { refuse } from '../../contract/problems/problem.ts'
import { callerClass, needsOn } from '../../policy/need.ts'
import type { Stage, StageSite } from '../stage.ts'

/**
 * `agentWrites: 'deny'`. It goes by who calls alone, so it stands with the guards that do: whom nobody
 * can help is not told whether the arguments were right.
 */
export function agentWritesStage({ action, surface }: StageSite): Stage | null {
  if (!needsOn(action, surface).has('deny')) return null
  const table = action.need[surface]
  return (state) => {
    if (table[callerClass(state.auth)].kind !== 'deny') return undefined
    state.rule = 'agentWrites'
    return refuse('ACCESS_DENIED', {
      detail: 'Agents may not change anything here',
      fix: 'Do not look for another way. Ask a person to do it.',
      details: { guard: 'agentWrites', action: state.site.facts.name },
    })
  }
}

/** One stage of two, the second where the first has let the call go on. */
export function inTurn(first: Stage | null, second: Stage | null): Stage | null {
  if (first === null || second === null) return first ?? second
  return (state) => {
    const end = first(state)
    if (!isPromiseLike(end)) return end ?? second(state)
    return end.then((late) => (late !== undefined || state.ended ? late : second(state)))
  }
}
