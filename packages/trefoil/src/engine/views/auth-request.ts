import { freezeClass } from '../../base/plain/freeze-class.ts'
import { held } from '../../base/promise.ts'
import type { AuthRequest } from '../../contract/call/call.ts'
import type { HeaderReader } from '../../contract/call/call-facts.ts'
import type { Dependency } from '../../contract/call/dependency.ts'
import { bearerToken } from '../../web/bearer.ts'
import { firstHeader, HeaderView } from '../../web/raw-headers.ts'
import type { CallState } from '../call-state.ts'
import { resolveDependency } from '../dependencies/resolve-dependency.ts'
import { FactsView } from './facts-view.ts'

const NOTHING_HIDDEN: ReadonlySet<string> = new Set()

/** What an authenticator is given: the only view of a call that shows its credentials. */
export class AuthRequestView extends FactsView implements AuthRequest {
  /**
   * Tells it from the views of handlers and providers. {@link stateOf} answers for any of them, so a
   * getter taken from here would read the token of every call its thief is shown later.
   */
  readonly #shown: CallState

  constructor(state: CallState) {
    super(state)
    this.#shown = state
    Object.preventExtensions(this)
  }

  get headers(): HeaderReader {
    return new HeaderView(this.#shown.inbound.rawHeaders, NOTHING_HIDDEN)
  }

  get bearer(): string | null {
    return bearerToken(firstHeader(this.#shown.inbound.rawHeaders, 'authorization'))
  }

  resolve<Value>(dependency: Dependency<Value>): Promise<Value> {
    return held(this.#resolve(dependency))
  }

  async #resolve<Value>(dependency: Dependency<Value>): Promise<Value> {
    return await resolveDependency(this.#shown, dependency)
  }
}

freezeClass(AuthRequestView)
