import type { Clock } from '../../base/clock.ts'
import { isPromiseLike } from '../../base/promise.ts'
import type { AccessEvent, AccessLog } from '../../contract/access-event.ts'
import type { Exchange, HttpReply, SendResult } from '../../contract/exchange.ts'
import type { SurfaceName } from '../../contract/surface-name.ts'
import type { Origin } from '../../policy/proxies.ts'
import { parseTarget } from '../../web/target.ts'

/** Collects one access event while a request is answered. */
export class AccessRecord {
  source: SurfaceName = 'api'
  action: string | null = null
  tool: string | null = null
  readonly #exchange: Exchange
  readonly #origin: Origin
  readonly #requestId: string
  readonly #clock: Clock
  readonly #started: number

  constructor(exchange: Exchange, origin: Origin, requestId: string, clock: Clock) {
    this.#exchange = exchange
    this.#origin = origin
    this.#requestId = requestId
    this.#clock = clock
    this.#started = clock.elapsed()
  }

  /** The event goes out when the last byte has, so its duration covers streams (W-38). */
  send(reply: HttpReply, accessLog: AccessLog): HttpReply {
    this.#exchange.onDone((result) => {
      try {
        const told: unknown = accessLog(this.#event(reply, result))
        // A rejection that nobody catches would end the process.
        if (isPromiseLike(told)) told.then(undefined, () => {})
      } catch {
        // A broken log must not break the server; what must not be lost goes to the audit log.
      }
    })
    return reply
  }

  #event(reply: HttpReply, { outcome, bytes }: SendResult): AccessEvent {
    const { method, target } = this.#exchange
    return {
      request_id: this.#requestId,
      method,
      path: parseTarget(target)?.path ?? '(malformed)',
      status_code: reply.status,
      duration_ms: this.#clock.elapsed() - this.#started,
      source: this.source,
      entrypoint: 'server',
      scheme: this.#origin.scheme,
      client: this.#origin.clientAddress,
      tool_name: this.tool,
      action_name: this.action,
      outcome,
      bytes,
    }
  }
}
