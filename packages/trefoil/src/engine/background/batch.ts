import type { AuthContext } from '../../contract/auth/auth-context.ts'
import type { ClientFacts } from '../../contract/call/call-facts.ts'
import type { Entrypoint } from '../../contract/call/surface-name.ts'
import type { CallIds } from '../call-ids.ts'
import type { CallSite } from '../call-site.ts'
import { type BackgroundTask, CallState } from '../call-state.ts'
import { EndedInbound } from './ended-inbound.ts'

/** A task that begins, and the call that it works for. */
export interface Begun {
  readonly state: CallState
  readonly task: BackgroundTask
}

/**
 * The tasks of one call, in the order in which it added them. Not the call itself: work that waits, or
 * takes long, would hold on to its request and its answer.
 */
export class Batch {
  readonly #site: CallSite
  readonly #entrypoint: Entrypoint
  readonly #ids: CallIds
  readonly #auth: AuthContext | null
  readonly #client: ClientFacts
  readonly #tasks: readonly BackgroundTask[]
  readonly #over: () => void
  #at = 0

  /** @param over called when no task of it is left */
  constructor(state: CallState, tasks: readonly BackgroundTask[], over: () => void) {
    const { requestId, callId, trace } = state
    const { address, userAgent } = state.inbound.client
    this.#site = state.site
    this.#entrypoint = state.entrypoint
    this.#ids = Object.freeze({ requestId, callId, trace })
    this.#auth = state.auth
    this.#client = Object.freeze({ address, userAgent })
    this.#tasks = tasks
    this.#over = over
  }

  /** The next task, with a call of its own; `null` when all have begun. */
  begin(): Begun | null {
    const task = this.#tasks[this.#at]
    if (task === undefined) {
      this.#over()
      return null
    }
    this.#at++
    return { state: this.#open(), task }
  }

  /**
   * Names every task that has not begun, and never will.
   *
   * @returns how many there are
   */
  giveUp(): number {
    const left = this.#tasks.length - this.#at
    this.#at = this.#tasks.length
    if (left > 0) {
      const { log } = this.#open()
      for (let count = 0; count < left; count++) {
        log.error({}, 'Background task had not begun before shutdown')
      }
    }
    this.#over()
    return left
  }

  #open(): CallState {
    const inbound = new EndedInbound(this.#client)
    const state = new CallState(this.#site, inbound, this.#entrypoint, this.#ids)
    state.auth = this.#auth
    state.phase = 'executing'
    return state
  }
}
