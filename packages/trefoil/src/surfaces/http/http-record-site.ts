import type { ClientFacts } from '../../contract/call/call-facts.ts'
import type { CallRecord } from '../../contract/call/call-record.ts'
import type { RecordSite } from '../recorder.ts'
import type { HttpVisit } from './request/visit.ts'

/**
 * What the record of a request says of where it came from. Made for those who ask: whoever counts does not. A class,
 * because an object written with `get` costs half a microsecond each time it is made.
 */
export class HttpRecordSite implements RecordSite {
  readonly status: number
  readonly #visit: HttpVisit
  readonly #shown: (path: string) => string

  /** @param shown how a path is written down */
  constructor(visit: HttpVisit, status: number, shown: (path: string) => string) {
    this.#visit = visit
    this.status = status
    this.#shown = shown
  }

  get client(): ClientFacts {
    return this.#visit.client
  }

  get http(): CallRecord['http'] {
    const { exchange, target, provenance } = this.#visit
    const path = target === null ? '(malformed)' : this.#shown(target.path)
    return { method: exchange.method, path, scheme: provenance.scheme }
  }
}
