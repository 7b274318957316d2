import { freezeClass } from '../../base/plain/freeze-class.ts'
import { held } from '../../base/promise.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import { readPerson } from '../../contract/auth/person-of.ts'
import { nameAmongAll } from '../../contract/call/action.ts'
import type { ClientFacts } from '../../contract/call/call-facts.ts'
import type { Dependency } from '../../contract/call/dependency.ts'
import type { Logger } from '../../contract/call/logger.ts'
import type { Entrypoint, SurfaceName } from '../../contract/call/surface-name.ts'
import type { ApprovalCase } from '../../contract/ports/approval-decider.ts'
import { argumentsOf, type CallState } from '../call-state.ts'
import { resolveDependency } from '../dependencies/resolve-dependency.ts'

/** What an approval is decided on: a view like every other, though it says what an action is called. */
export class ApprovalRequestView implements ApprovalCase {
  readonly #state: CallState
  readonly #argumentsHash: string

  constructor(state: CallState, argumentsHash: string) {
    this.#state = state
    this.#argumentsHash = argumentsHash
    Object.preventExtensions(this)
  }

  get action(): string {
    return nameAmongAll(this.#state.site.action)
  }
  get argumentsHash(): string {
    return this.#argumentsHash
  }
  get args(): Readonly<Record<string, unknown>> {
    return argumentsOf(this.#state)
  }
  get token(): string | null {
    return this.#state.inbound.approvalToken
  }
  get auth(): AuthContext | null {
    return this.#state.auth
  }
  get person(): string | null {
    const { auth, site } = this.#state
    return auth === null ? null : readPerson(site.app.personOf, auth)
  }
  get source(): SurfaceName {
    return this.#state.site.surface
  }
  get entrypoint(): Entrypoint {
    return this.#state.entrypoint
  }
  get requestId(): string {
    return this.#state.requestId
  }
  get client(): ClientFacts {
    return this.#state.inbound.client
  }
  get log(): Logger {
    return this.#state.log
  }
  get signal(): AbortSignal {
    return this.#state.signal
  }

  resolve<Value>(dependency: Dependency<Value>): Promise<Value> {
    return held(this.#resolve(dependency))
  }

  async #resolve<Value>(dependency: Dependency<Value>): Promise<Value> {
    return await resolveDependency(this.#state, dependency)
  }

  /** Without the token, which is a credential, and without arguments. */
  toJSON(): object {
    const { action, argumentsHash, source, entrypoint, requestId, auth } = this
    const subject = auth?.subject ?? null
    return { action, argumentsHash, source, entrypoint, requestId, subject }
  }
}

freezeClass(ApprovalRequestView)
