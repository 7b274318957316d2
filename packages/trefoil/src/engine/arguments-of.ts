import { deepFreeze } from '../base/plain/freeze.ts'
import { snapshot } from '../base/plain/snapshot.ts'
import type { CallState } from './call-state.ts'

/**
 * The arguments of a call, for whoever is given them. The bound ones themselves, frozen; where they
 * hold what cannot be frozen (dates, bytes, maps, sets), a copy for each who asks: a middleware that
 * calls `args.when.setTime(0)` must not change what was approved (FND-8, FND-10).
 */
export function argumentsOf(state: CallState): Readonly<Record<string, unknown>> {
  if (!state.hasLooseArguments) return state.args
  return deepFreeze(snapshot(state.args) as Readonly<Record<string, unknown>>)
}
