import type { Dependency } from '../../contract/call/dependency.ts'

/** The given dependencies and all that they use, each once. Their graph has been checked: it has no cycle. */
export function reachableFrom(
  roots: Iterable<Dependency<unknown>>,
): ReadonlySet<Dependency<unknown>> {
  const reached = new Set(roots)
  // A set iterates over what is added on the way, too.
  for (const node of reached) for (const used of Object.values(node.uses())) reached.add(used)
  return reached
}
