import { freezeClass } from '../../base/freeze-class.ts'
import type { AuthRequest } from '../../contract/call.ts'
import type { HeaderReader } from '../../contract/call-facts.ts'
import type { Dependency } from '../../contract/dependency.ts'
import { bearerToken } from '../../web/bearer.ts'
import { firstHeader, HeaderView } from '../../web/raw-headers.ts'
import type { CallState } from '../call-state.ts'
import { resolveDependency } from '../resolve-dependency.ts'
import { FactsView, stateOf } from './facts-view.ts'

const NOTHING_HIDDEN: ReadonlySet<string> = new Set()

/** What an authenticator is given: the only view of a call that shows its credentials. */
export class AuthRequestView extends FactsView implements AuthRequest {
  constructor(state: CallState) {
    super(state)
    Object.preventExtensions(this)
  }

  get headers(): HeaderReader {
    return new HeaderView(stateOf(this).inbound.rawHeaders, NOTHING_HIDDEN)
  }

  get bearer(): string | null {
    return bearerToken(firstHeader(stateOf(this).inbound.rawHeaders, 'authorization'))
  }

  async resolve<Value>(dependency: Dependency<Value>): Promise<Value> {
    return await resolveDependency(stateOf(this), dependency)
  }
}

freezeClass(AuthRequestView)
