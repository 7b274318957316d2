import type { IncomingMessage, ServerResponse } from 'node:http'
import { NodeExchange } from './node-exchange.ts'

/** A `node:http` request that another framework received and hands on. */
export class MountedExchange extends NodeExchange {
  override readonly target: string
  readonly #clientAddress: string | null | undefined

  /**
   * @param target path and query, without the prefix the app is mounted under
   * @param clientAddress what the host says about the caller; `undefined` for the peer of the
   * connection
   */
  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    target: string,
    clientAddress: string | null | undefined,
  ) {
    super(request, response, false)
    this.target = target
    this.#clientAddress = clientAddress
  }

  override get peerAddress(): string | null {
    return this.#clientAddress === undefined ? super.peerAddress : this.#clientAddress
  }
}
