import type { Action } from '../../contract/call/action.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { checkDependencyGraph } from '../../engine/dependencies/dependency-graph.ts'
import { reachableFrom } from '../../engine/dependencies/reachable.ts'

/**
 * That an action changes nothing is held, not believed: it has no unit of work.
 *
 * @throws ImproperlyConfigured naming the route and the dependency
 */
export function checkDependencies(
  dependencies: Action['dependencies'],
  changes: boolean,
  where: string,
): void {
  checkDependencyGraph(dependencies.map(([, dependency]) => dependency))
  if (changes) return
  for (const [name, dependency] of dependencies) {
    const unit = [...reachableFrom([dependency])].find((one) => one.unit)
    if (unit === undefined) continue
    const has = unit === dependency ? 'is' : `uses '${unit.name}', which is`
    throw new ImproperlyConfigured(
      `${where}, parameter '${name}': it ${has} a unit of work, and the action changes nothing; ` +
        'take what only reads (data.read), or set changes: true',
    )
  }
}
