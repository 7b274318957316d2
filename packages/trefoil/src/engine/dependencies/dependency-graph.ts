import type { Dependency } from '../../contract/call/dependency.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'

type Node = Dependency<unknown>

/**
 * Checks the dependencies reachable from an action before anything is served (RES-7): no cycle,
 * and nothing long-lived that holds on to something short-lived.
 *
 * @throws ImproperlyConfigured naming the cycle, or the two dependencies
 */
export function checkDependencyGraph(roots: Iterable<Node>): void {
  const checked = new Set<Node>()
  for (const root of roots) visit(root, [], checked)
}

function visit(node: Node, path: readonly Node[], checked: Set<Node>): void {
  if (path.includes(node)) {
    const names = [...path.slice(path.indexOf(node)), node].map(({ name }) => name)
    throw new ImproperlyConfigured(`Dependency cycle detected: ${names.join(' -> ')}`)
  }
  if (checked.has(node)) return
  for (const used of Object.values(node.uses())) {
    if (node.scope === 'request' && used?.scope === 'function') {
      throw new ImproperlyConfigured(
        `Request-scoped dependency '${node.name}' cannot depend on function-scoped dependency '${used.name}'`,
      )
    }
    if (used === undefined) {
      throw new ImproperlyConfigured(
        `Dependency '${node.name}' uses one that is not defined yet; write uses: () => ({ … })`,
      )
    }
    visit(used, [...path, node], checked)
  }
  checked.add(node)
}
