import { freezeClass } from '../../base/plain/freeze-class.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import type { Action } from '../../contract/call/action.ts'
import type { Driver } from '../../contract/call/call-record.ts'
import type { AuditFacts } from '../../contract/ports/audit.ts'
import { driverOf } from '../../record/make-record.ts'
import { argumentsOf, type CallState, UNBOUND } from '../call-state.ts'

/** A call as its audit sees it. Reads the state past the views, which remember who has looked. */
export function auditFactsOf(state: CallState): AuditFacts {
  return new AuditView(state)
}

class AuditView implements AuditFacts {
  readonly #state: CallState

  constructor(state: CallState) {
    this.#state = state
    Object.preventExtensions(this)
  }

  get action(): Action | null {
    const { isListing, action } = this.#state.site
    return isListing ? null : action
  }
  get driven(): Driver {
    return driverOf(this.#state.site.surface, this.#state.auth)
  }
  get auth(): AuthContext | null {
    return this.#state.auth
  }
  get args(): Readonly<Record<string, unknown>> | null {
    return this.#state.args === UNBOUND ? null : argumentsOf(this.#state)
  }
  get begun(): boolean {
    return this.#state.hasEntered
  }
  get isUnidentified(): boolean {
    return this.#state.isUnidentified
  }
  get rule(): string | null {
    return this.#state.rule
  }
  get refusal(): string | null {
    return this.#state.refusal
  }
  get approvalId(): string | null {
    return this.#state.redemption?.id ?? null
  }
  get argumentsHash(): string | null {
    return this.#state.argumentsHash
  }
  get duration(): number {
    const now = this.#state.site.app.clock.elapsed()
    return now - (this.#state.receivedAt ?? now)
  }
  get meta(): Readonly<Record<string, unknown>> | null {
    return this.#state.answer?.head?.meta ?? null
  }

  toJSON(): object {
    return { action: this.action?.name ?? null, driven: this.driven, begun: this.begun }
  }
}

freezeClass(AuditView)
