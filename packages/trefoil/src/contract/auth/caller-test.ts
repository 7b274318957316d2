import type { Guard } from '../call/call.ts'
import type { AuthContext } from './auth-context.ts'

/** Whether the list of a caller has what a guard stands before. */
export type CallerTest = (auth: AuthContext) => boolean

/** Beside the guards, as their compositions are: a member could be written by anybody. */
const TESTS = new WeakMap<object, CallerTest>()

/**
 * Notes of a guard that looks at nothing but its caller what lists ask of it: the same decision, without a call for it
 * to look at and without a text for whoever is denied.
 *
 * @param guard frozen, so that `decide` stays what the test was written for
 */
export function goesByCaller(guard: Guard, test: CallerTest): Guard {
  TESTS.set(guard, test)
  return guard
}

/** `null` for a guard that may look at more. */
export function callerTestOf(guard: object): CallerTest | null {
  return TESTS.get(guard) ?? null
}
