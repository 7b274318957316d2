import { freezeClass } from '../../base/plain/freeze-class.ts'
import type { AskCapability } from '../../contract/ask/capability.ts'
import type { CallClient, ClientFacts } from '../../contract/call/call-facts.ts'
import type { CallState } from '../call-state.ts'

/** The program at the other end, as a handler sees it: what it can be asked for, too. */
export class CallerView implements CallClient {
  readonly #state: CallState

  constructor(state: CallState) {
    this.#state = state
    Object.preventExtensions(this)
  }

  get address(): string | null {
    return this.#state.inbound.client.address
  }

  get userAgent(): string | null {
    return this.#state.inbound.client.userAgent
  }

  can(capability: AskCapability): boolean {
    const { inbound, rehearses } = this.#state
    return !rehearses && (inbound.capabilities?.() ?? []).includes(capability)
  }

  toJSON(): ClientFacts {
    return { address: this.address, userAgent: this.userAgent }
  }
}

freezeClass(CallerView)
