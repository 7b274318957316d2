import type { Guard } from '../call/call.ts'

/** What a guard asks for that goes by roles or scopes alone: any of them, or all. */
export interface GuardRights {
  readonly kind: 'roles' | 'scopes'
  readonly rule: 'any' | 'all'
  readonly wanted: readonly string[]
}

/** Beside the guards, as what they are made of is: a member could be written by anybody. */
const RIGHTS = new WeakMap<object, GuardRights>()

/** Notes what a guard goes by. */
export function goesBy(guard: Guard, rights: GuardRights): Guard {
  RIGHTS.set(guard, Object.freeze(rights))
  return guard
}

/** `null` for a guard that goes by something else. */
export function rightsOf(guard: object): GuardRights | null {
  return RIGHTS.get(guard) ?? null
}
