import type { GuardDecision } from '../contract/auth/guard-decision.ts'
import type { Action } from '../contract/call/action.ts'
import { guardsOn } from '../contract/call/action.ts'
import type { Guard } from '../contract/call/call.ts'
import type { SurfaceName } from '../contract/call/surface-name.ts'
import { needsOn } from './need.ts'

/**
 * True for a denial that takes an action off its caller's lists. One that names scopes does not: a token
 * with those can be had, and who never sees the action never asks for one.
 */
export function hides(decision: GuardDecision): boolean {
  return 'deny' in decision && (decision.scopes ?? []).length === 0
}

/**
 * The guards that have a say in lists: those that go by who is calling. What depends on arguments is not
 * known yet, and hides nothing.
 */
export function listingGuards(action: Action, surface: SurfaceName): readonly Guard[] {
  return guardsOn(action, surface).filter((guard) => !guard.needsInput)
}

/** True where somebody may be shown less than everything. */
export function mayHide(action: Action, surface: SurfaceName): boolean {
  return listingGuards(action, surface).length > 0 || needsOn(action, surface).has('deny')
}
