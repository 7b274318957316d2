import { freezeClass } from '../../base/plain/freeze-class.ts'
import { held } from '../../base/promise.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import type { CallCookies } from '../../contract/call/call-cookies.ts'
import type { ActionFacts } from '../../contract/call/call-facts.ts'
import type { Dependency, ProviderCall } from '../../contract/call/dependency.ts'
import type { CallState } from '../call-state.ts'
import { boundArguments } from './bound-arguments.ts'
import { FactsView, stateOf } from './facts-view.ts'

/** Resolves a dependency for the provider that asks. */
type Resolve = (dependency: Dependency<unknown>) => Promise<unknown>

/** A provider's view of the call: its own `resolve` knows who is waiting for whom. */
export class ProviderView extends FactsView implements ProviderCall {
  readonly #resolve: Resolve

  constructor(state: CallState, resolve: Resolve) {
    super(state, 'provider')
    this.#resolve = resolve
    Object.preventExtensions(this)
  }

  get action(): ActionFacts {
    return stateOf(this).site.facts
  }
  get auth(): AuthContext | null {
    const state = stateOf(this)
    state.askWho('provider')
    return state.auth
  }
  get rehearses(): boolean {
    return stateOf(this).rehearses
  }
  get args(): Readonly<Record<string, unknown>> {
    return boundArguments(stateOf(this))
  }

  resolve<Value>(dependency: Dependency<Value>): Promise<Value> {
    return held(this.#opened(dependency))
  }

  async #opened<Value>(dependency: Dependency<Value>): Promise<Value> {
    return (await this.#resolve(dependency)) as Value
  }
}

freezeClass(ProviderView)

/** The cookies of the HTTP call that a provider works for; `null` on other surfaces. */
export function cookiesOf(call: ProviderCall): CallCookies | null {
  return call instanceof ProviderView ? stateOf(call).openCookies() : null
}
