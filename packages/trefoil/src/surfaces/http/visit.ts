import type { Exchange } from '../../contract/exchange.ts'
import type { Origin } from '../../policy/proxies.ts'
import type { AccessRecord } from './access-record.ts'

/** One request on its way through the surface. */
export interface Visit {
  readonly exchange: Exchange
  readonly origin: Origin
  readonly requestId: string
  /** Headers that every answer carries; the one answer of this visit takes the list over. */
  readonly base: string[]
  readonly nonce: string
  readonly record: AccessRecord | null
  /** True once the answer is one to a preflight, which says all there is to say about origins. */
  preflightAnswered: boolean
}
