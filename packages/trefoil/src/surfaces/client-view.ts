import { freezeClass } from '../base/plain/freeze-class.ts'
import type { ClientFacts } from '../contract/call/call-facts.ts'
import { firstHeader, type RawHeaders } from '../web/raw-headers.ts'

/** Who knows the address of a caller. */
export interface AddressSource {
  readonly clientAddress: string | null
}

/** The program at the other end of a request. Nothing is looked up before somebody asks. */
export class ClientView implements ClientFacts {
  readonly #provenance: AddressSource
  readonly #raw: RawHeaders

  constructor(provenance: AddressSource, raw: RawHeaders) {
    this.#provenance = provenance
    this.#raw = raw
    Object.preventExtensions(this)
  }

  get address(): string | null {
    return this.#provenance.clientAddress
  }

  get userAgent(): string | null {
    return firstHeader(this.#raw, 'user-agent') ?? null
  }

  toJSON(): ClientFacts {
    return { address: this.address, userAgent: this.userAgent }
  }
}

freezeClass(ClientView)
