import type { Exchange } from '../../../contract/answer/exchange.ts'
import { type Problem, refuse } from '../../../contract/problems/problem.ts'

const RETRY_AFTER_SECONDS = '1'

/** Counts requests in flight and refuses the one too many. */
export class LoadGate {
  readonly #max: number
  #inFlight = 0

  constructor(max: number) {
    this.#max = max
  }

  /** Lets a request in until its answer is sent, or refuses it. */
  admit(exchange: Exchange): Problem | undefined {
    if (this.#inFlight >= this.#max) {
      return refuse('unavailable', { headers: { 'retry-after': RETRY_AFTER_SECONDS } })
    }
    this.#inFlight++
    exchange.onDone(() => {
      this.#inFlight--
    })
    return undefined
  }
}
