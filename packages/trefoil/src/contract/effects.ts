import type { Action } from './call/action.ts'
import type { Dependency } from './call/dependency.ts'

/**
 * Where what an action does can be seen: `none`, it changes nothing; `database`, in its unit of work alone, so
 * that a rehearsal shows all of it and takes all of it back; `outside`, elsewhere too, as far as anybody knows.
 */
export type Effects = 'none' | 'database' | 'outside'

/**
 * Goes by what was declared: the action (`changes`, `external`), and all dependencies that it reaches. One
 * that is not said to be safe in a preview may do anything. What a handler asks for by `call.resolve`, and
 * what it does with what it has imported, nobody can tell: an action that does is to be declared `external`.
 */
export function effectsOf({
  changes,
  external,
  dependencies,
}: Pick<Action, 'changes' | 'external' | 'dependencies'>): Effects {
  if (!changes) return 'none'
  if (external) return 'outside'
  const reached = new Set<Dependency<unknown>>(dependencies.map(([, one]) => one))
  // A set iterates over what is added on the way, too.
  for (const one of reached) for (const used of Object.values(one.uses())) reached.add(used)
  const all = [...reached]
  return all.some(({ unit }) => unit) && all.every(({ preview }) => preview === 'safe')
    ? 'database'
    : 'outside'
}
