import type { Exchange } from '../../../contract/answer/exchange.ts'
import type { ClientFacts } from '../../../contract/call/call-facts.ts'
import type { Provenance } from '../../../policy/proxies.ts'
import { parseTarget, type Target } from '../../../web/target.ts'
import type { Arrival } from '../../arrival.ts'
import { ClientView } from '../../client-view.ts'
import type { Endpoint } from '../../endpoint.ts'
import type { Visit } from '../../walk.ts'
import type { RouteAnswers } from '../response/route-answers.ts'

/** One request on its way through the surface. */
export class HttpVisit implements Visit {
  readonly exchange: Exchange
  readonly provenance: Provenance
  readonly arrival: Arrival
  /** Headers that every answer carries; the one answer of this visit takes the list over. */
  base: string[]
  readonly nonce: string
  /** The endpoint it is for, in whose words it is refused; `null` for actions. */
  endpoint: Endpoint | null = null
  /** Of the action it is for, also where it is refused on the way there; `null` for endpoints, and for nothing. */
  answers: RouteAnswers | null = null
  /** True once the answer is one to a preflight, which says all there is to say about origins. */
  preflightAnswered = false
  /** True once the headers say that this answer is for one caller alone. */
  isPersonal = false
  /** True once somebody waits for its end. */
  isWatched = false
  #client: ClientFacts | null = null
  #target: Target | null | undefined

  constructor(
    exchange: Exchange,
    provenance: Provenance,
    arrival: Arrival,
    base: string[],
    nonce: string,
  ) {
    this.exchange = exchange
    this.provenance = provenance
    this.arrival = arrival
    this.base = base
    this.nonce = nonce
  }

  /** What is asked for, parsed once; `null` for what is no target of ours. */
  get target(): Target | null {
    if (this.#target === undefined) this.#target = parseTarget(this.exchange.target)
    return this.#target
  }

  get client(): ClientFacts {
    this.#client ??= new ClientView(this.provenance, this.exchange.rawHeaders)
    return this.#client
  }
}
