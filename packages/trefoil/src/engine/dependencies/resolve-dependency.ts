import type { Dependency } from '../../contract/call/dependency.ts'
import type { CallState } from '../call-state.ts'
import { ProviderView } from '../views/provider-view.ts'
import { DependencyScopes } from './dependency-scope.ts'

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
    joining: state.site.app.joining?.(state) ?? null,
  })
  // What its own provider gave: the scopes keep dependencies of all types.
  return state.scopes.resolve(dependency) as Promise<Value>
}
