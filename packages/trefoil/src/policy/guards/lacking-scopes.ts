import type { AuthContext } from '../../contract/auth/auth-context.ts'
import { compositionOf } from '../../contract/auth/guard-composition.ts'
import { type GuardRights, rightsOf } from '../../contract/auth/guard-rights.ts'
import type { Guard } from '../../contract/call/call.ts'

/** Roles and scopes of a caller: all that is asked here. */
export type Held = Pick<AuthContext, 'roles' | 'scopes'>

/** Rights that decide what {@link lackingScopes} says: who has the same of them is told the same. */
export interface DecidingRights {
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
}

/**
 * Scopes that a caller does not have and that a guard asks for, without asking it: a list is made often, and is no place for
 * code of the developer's to run once more. Of a guard that goes by something else besides, those that it names.
 *
 * @param held `null` for a caller whom nobody has identified
 */
export function lackingScopes(guard: Guard, held: Held | null): readonly string[] {
  return judge(guard, held).scopes
}

/** What is there to be looked at, of all these guards. */
export function decidingRights(guards: readonly Guard[]): DecidingRights {
  const scopes = new Set<string>()
  const roles = new Set<string>()
  const look = (guard: Guard): void => {
    for (const scope of guard.scopes ?? []) scopes.add(scope)
    const rights = rightsOf(guard)
    if (rights?.kind === 'roles') for (const role of rights.wanted) roles.add(role)
    for (const part of compositionOf(guard)?.parts ?? []) look(part)
  }
  // A role has a say only where it may stand in the place of a scope.
  for (const guard of guards) if ((guard.scopes ?? []).length > 0) look(guard)
  return { scopes: [...scopes], roles: [...roles] }
}

interface Judged {
  /** True where it is sure to let the caller pass. */
  readonly passes: boolean
  readonly scopes: readonly string[]
}

const PASSES: Judged = Object.freeze({ passes: true, scopes: Object.freeze([]) })

function judge(guard: Guard, held: Held | null): Judged {
  const rights = rightsOf(guard)
  if (rights !== null) return judgeRights(rights, held)
  const made = compositionOf(guard)
  const missing = (scopes: readonly string[]) =>
    scopes.filter((scope) => held?.scopes.has(scope) !== true)
  if (made === null) return { passes: false, scopes: missing(guard.scopes ?? []) }
  const parts = made.parts.map((part) => judge(part, held))
  const passes =
    made.kind === 'all' ? parts.every((part) => part.passes) : parts.some((part) => part.passes)
  return passes ? PASSES : { passes, scopes: parts.flatMap(({ scopes }) => scopes) }
}

function judgeRights({ kind, rule, wanted }: GuardRights, held: Held | null): Judged {
  const missing = wanted.filter((right) => held?.[kind].has(right) !== true)
  if (missing.length === 0 || (rule === 'any' && missing.length < wanted.length)) return PASSES
  return { passes: false, scopes: kind === 'scopes' ? missing : [] }
}
