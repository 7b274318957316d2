import type { Dependency } from '../../contract/call/dependency.ts'
import type { CallState } from '../call-state.ts'
import { ProviderView } from '../views/provider-view.ts'
import { DependencyScopes, type Joining } from './dependency-scope.ts'

/** Opens a dependency of a call, or hands out the one that is open. */
export function resolveDependency<Value>(
  state: CallState,
  dependency: Dependency<Value>,
): Promise<Value> {
  state.scopes ??= new DependencyScopes({
    viewFor: (resolve) => new ProviderView(state, resolve),
    hasEnded: () => state.ended,
    log: state.log,
    substitutes: state.site.app.substitutes,
    joining: joiningOf(state),
  })
  // What its own provider gave: the scopes keep dependencies of all types.
  return state.scopes.resolve(dependency) as Promise<Value>
}

/** The parts that take part in the unit of work; `null` where no part does. */
function joiningOf(state: CallState): Joining | null {
  const ports = state.site.app.transaction
  if (ports.length === 0) return null
  const call = new ProviderView(state, (other) => resolveDependency(state, other))
  return {
    async begin(unit) {
      for (const port of ports) await port.begin(call, unit)
    },
    async beforeCommit(unit) {
      for (const port of ports) await port.beforeCommit(call, unit)
    },
  }
}
