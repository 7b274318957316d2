import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import { compositionOf } from '../../contract/auth/guard-composition.ts'
import type { GuardDecision } from '../../contract/auth/guard-decision.ts'
import type { Call, Guard } from '../../contract/call/call.ts'
import { isCalledOff } from '../../contract/call/called-off.ts'
import { askGuard } from './ask-guard.ts'

/**
 * True for a guard that can take an action off a list: it goes by who is calling, as a whole or in a
 * part without which it never passes.
 */
export function hasSayInLists(guard: Guard): boolean {
  const made = compositionOf(guard)
  if (made === null) return !guard.needsInput
  return made.kind === 'all' ? made.parts.some(hasSayInLists) : made.parts.every(hasSayInLists)
}

/**
 * True where the caller could pass with another token of their own, and with the right arguments. Of
 * guards in one guard each is judged by itself: the first that denies has the word in a call, but
 * behind a scope that is missing may stand a role that no token brings.
 */
export function mayPass(guard: Guard, auth: AuthContext, call: Call): Awaitable<boolean> {
  if (!hasSayInLists(guard)) return true
  const made = compositionOf(guard)
  if (made !== null) return partsMayPass(made.parts, made.kind === 'any', auth, call)
  const decision = askGuard(guard, auth, call)
  return isPromiseLike(decision) ? decision.then(isOpen) : isOpen(decision)
}

/**
 * A denial that names scopes leaves the action on the list: a token with those can be had, and who never
 * sees the action never asks for one.
 */
function isOpen(decision: GuardDecision): boolean {
  return !('deny' in decision) || (decision.scopes ?? []).length > 0
}

/** @param settles the answer of one part that is the answer of them all */
export function partsMayPass(
  parts: readonly Guard[],
  settles: boolean,
  auth: AuthContext,
  call: Call,
  start = 0,
): Awaitable<boolean> {
  for (let index = start; index < parts.length; index++) {
    const passes = mayPass(parts[index] as Guard, auth, call)
    if (isPromiseLike(passes)) {
      return passes.then((late) => {
        if (late === settles) return settles
        // The time may have passed meanwhile: no more of the developer's code starts.
        return isCalledOff(call) ? false : partsMayPass(parts, settles, auth, call, index + 1)
      })
    }
    if (passes === settles) return settles
  }
  return !settles
}
