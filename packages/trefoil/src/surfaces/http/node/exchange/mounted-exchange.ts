import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Place } from '../connection/place-request.ts'
import { NodeExchange } from './node-exchange.ts'

/** A `node:http` request that another framework received and hands on. */
export class MountedExchange extends NodeExchange {
  override readonly target: string
  override readonly mountPath: string
  readonly #clientAddress: string | null | undefined

  /**
   * @param place within the host; `null` for a request that is not for this app
   * @param clientAddress what the host says about the caller; `undefined` for the peer of the
   * connection
   */
  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    place: Place | null,
    clientAddress: string | null | undefined,
  ) {
    super(request, response, false)
    this.target = place === null ? (request.url as string) : place.target
    this.mountPath = place === null ? '' : place.mountPath
    this.#clientAddress = clientAddress
  }

  /** The host speaks for the caller, and the connection may be anybody's. */
  override get certificate(): Uint8Array | null {
    return this.#clientAddress === undefined ? super.certificate : null
  }

  override get peerAddress(): string | null {
    return this.#clientAddress === undefined ? super.peerAddress : this.#clientAddress
  }
}
