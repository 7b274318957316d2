import type { Guard } from '../call/call.ts'

/** What a guard is made of, for lists: `all` passes where each part does, `any` where one does. */
export interface GuardComposition {
  readonly kind: 'all' | 'any'
  readonly parts: readonly Guard[]
}

/** Beside the guards: a member could be written by anybody, and would then not be what `decide` does. */
const COMPOSITIONS = new WeakMap<object, GuardComposition>()

/** Notes what a guard is made of. */
export function compose(guard: Guard, made: GuardComposition): Guard {
  COMPOSITIONS.set(guard, Object.freeze(made))
  return guard
}

/** `null` for a guard in one piece. */
export function compositionOf(guard: object): GuardComposition | null {
  return COMPOSITIONS.get(guard) ?? null
}
