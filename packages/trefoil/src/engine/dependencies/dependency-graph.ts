import type { Dependency, Uses } from '../../contract/call/dependency.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { Substitutes } from './substitute.ts'

type Node = Dependency<unknown>

/**
 * Checks the dependencies reachable from an action before anything is served (RES-7): no cycle,
 * and nothing long-lived that holds on to something short-lived.
 *
 * @throws ImproperlyConfigured naming the cycle, or the two dependencies
 */
export function checkDependencyGraph(
  roots: Iterable<Node>,
  substitutes: Substitutes | null = null,
): void {
  const checked = new Set<Node>()
  for (const root of roots) visit(root, [], checked, substitutes)
}

function visit(
  node: Node,
  path: readonly Node[],
  checked: Set<Node>,
  substitutes: Substitutes | null,
): void {
  if (path.includes(node)) {
    const names = [...path.slice(path.indexOf(node)), node].map(({ name }) => name)
    throw new ImproperlyConfigured(`Dependency cycle detected: ${names.join(' -> ')}`)
  }
  if (checked.has(node)) return
  for (const used of Object.values(usesOf(node, substitutes))) {
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
    visit(used, [...path, node], checked, substitutes)
  }
  checked.add(node)
}

function usesOf(node: Node, substitutes: Substitutes | null): Uses {
  const substitute = substitutes?.get(node)
  if (substitute === undefined) return node.uses()
  return 'value' in substitute ? {} : substitute.dependency.uses()
}
