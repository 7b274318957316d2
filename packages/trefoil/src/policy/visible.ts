import type { AuthContext } from '../contract/auth/auth-context.ts'
import { type CallerTest, callerTestOf } from '../contract/auth/caller-test.ts'
import { compositionOf } from '../contract/auth/guard-composition.ts'
import type { Action } from '../contract/call/action.ts'
import { guardsOn } from '../contract/call/action.ts'
import type { Guard } from '../contract/call/call.ts'
import type { SurfaceName } from '../contract/call/surface-name.ts'
import { hasSayInLists } from './guards/may-pass.ts'
import { callerClass, needsOn } from './need.ts'

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

/**
 * Whether a caller sees an action, where nothing but the caller decides it. Worked out once: a list of a thousand actions
 * asks it a thousand times, and with a call for each guard to look at that took milliseconds, which anybody with a token
 * could have had spent.
 *
 * @returns `null` where a guard may look at more, and has to be asked
 */
export function callerOnly(
  action: Action,
  surface: SurfaceName,
): ((caller: AuthContext | null) => boolean) | null {
  const tests = listingGuards(action, surface)
    .map(testOf)
    .filter((test) => test !== null)
  if (tests.length < listingGuards(action, surface).length) return null
  const denies = needsOn(action, surface).has('deny')
  const table = action.need[surface]
  return (caller) => {
    // A call of what is public is nobody's, whoever asks for the list.
    const auth = action.public[surface] ? null : caller
    // No guard lets a stranger pass (PW-04).
    if (tests.length > 0 && (auth === null || !tests.every((test) => test(auth)))) return false
    return !denies || table[callerClass(auth)].kind !== 'deny'
  }
}

/** Each part of a combination by itself, as `may-pass.ts` has it. */
function testOf(guard: Guard): CallerTest | null {
  if (!hasSayInLists(guard)) return () => true
  const made = compositionOf(guard)
  if (made === null) return callerTestOf(guard)
  const parts = made.parts.map(testOf)
  const known = parts.filter((test) => test !== null)
  if (known.length < parts.length) return null
  return made.kind === 'all'
    ? (auth) => known.every((test) => test(auth))
    : (auth) => known.some((test) => test(auth))
}
