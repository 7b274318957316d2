import { freezeClass } from '../../base/plain/freeze-class.ts'
import type { CallFacts, CallRequest, ClientFacts } from '../../contract/call/call-facts.ts'
import type { Logger } from '../../contract/call/logger.ts'
import type { Entrypoint, SurfaceName } from '../../contract/call/surface-name.ts'
import type { Trace } from '../../contract/call/trace.ts'
import type { CallState, Looker } from '../call-state.ts'
import { requestViewOf } from './request-view.ts'

/** The state behind a view. For the engine alone: no door leads here. */
export let stateOf: (view: FactsView) => CallState

/**
 * What every view of a call shows. Getters over state that only the engine can reach: nothing can
 * be assigned, added, enumerated or redefined, and no property leads to a credential (FND-8, FND-9).
 * Each heir prevents extensions once its own fields are there.
 */
export class FactsView implements Omit<CallFacts, 'action'> {
  readonly #state: CallState
  readonly #looker: Looker

  static {
    stateOf = (view) => view.#state
  }

  /** @param looker whose looks at the request tell what an answer depends on */
  constructor(state: CallState, looker: Looker = 'call') {
    this.#state = state
    this.#looker = looker
  }

  get source(): SurfaceName {
    return this.#state.site.surface
  }
  get entrypoint(): Entrypoint {
    return this.#state.entrypoint
  }
  get requestId(): string {
    this.#state.askId(this.#looker)
    return this.#state.requestId
  }
  get callId(): string {
    return this.#state.callId
  }
  get trace(): Trace | null {
    return this.#state.trace
  }
  get request(): CallRequest {
    this.#state.look(this.#looker)
    return requestViewOf(this.#state)
  }
  get client(): ClientFacts {
    this.#state.look(this.#looker)
    return this.#state.inbound.client
  }
  get signal(): AbortSignal {
    return this.#state.signal
  }
  get log(): Logger {
    return this.#state.log
  }

  /**
   * What a logger or an error tracker prints of a call. Left to itself it would print all there
   * is, and that may be a lot of somebody's (PW-02).
   */
  toJSON(): object {
    // It says both, whoever asks.
    this.#state.askWho(this.#looker)
    this.#state.askId(this.#looker)
    const { entrypoint, requestId, site, auth } = this.#state
    const { surface: source, facts } = site
    return { source, entrypoint, requestId, action: facts.name, subject: auth?.subject ?? null }
  }
}

// The inspector (console.log) looks past toJSON.
Object.defineProperty(FactsView.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: FactsView): object {
    return this.toJSON()
  },
})

freezeClass(FactsView)
