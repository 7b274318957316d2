import type { Action } from '../contract/call/action.ts'
import { guardsOn } from '../contract/call/action.ts'
import type { Guard } from '../contract/call/call.ts'
import type { SurfaceName } from '../contract/call/surface-name.ts'
import { hasSayInLists } from './guards/may-pass.ts'
import { needsOn } from './need.ts'

/**
 * The guards that have a say in lists: those that go by who is calling. What depends on arguments is not
 * known yet, and hides nothing.
 */
export function listingGuards(action: Action, surface: SurfaceName): readonly Guard[] {
  return guardsOn(action, surface).filter(hasSayInLists)
}

/** True where somebody may be shown less than everything. */
export function mayHide(action: Action, surface: SurfaceName): boolean {
  return listingGuards(action, surface).length > 0 || needsOn(action, surface).has('deny')
}
