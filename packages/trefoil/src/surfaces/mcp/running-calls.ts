import type { ClientFacts } from '../../contract/call/call-facts.ts'
import type { CallState } from '../../engine/call-state.ts'
import { callerKey } from '../../policy/capacity/caller-key.ts'
import type { RpcId } from './message.ts'

/** A request that waits for something, as long as it does. */
export interface RunningCall {
  readonly client: ClientFacts
  /** `null` before the walk has made it. */
  readonly state: CallState | null
  callOff(): void
}

/**
 * The requests of this process that wait, so that a client can call one off by a notification
 * (`notifications/cancelled`): it comes by a connection of its own, and names an id that each client counts from 0.
 */
export class RunningCalls {
  readonly #byId = new Map<RpcId, Set<RunningCall>>()
  readonly #isOneClient: boolean

  /** @param isOneClient true for those of one connection, where an id can be nobody else's. Default false */
  constructor(isOneClient = false) {
    this.#isOneClient = isOneClient
  }

  add(id: RpcId, call: RunningCall): void {
    const same = this.#byId.get(id)
    if (same === undefined) this.#byId.set(id, new Set([call]))
    else same.add(call)
  }

  remove(id: RpcId, call: RunningCall): void {
    const same = this.#byId.get(id)
    if (same?.delete(call) === true && same.size === 0) this.#byId.delete(id)
  }

  /**
   * Calls off the one request of this caller that has the id. By the id alone anybody could call off what others
   * do. Where two clients of one caller use the same id, and nothing tells them apart, none is called off: a call that
   * runs to its end is a smaller harm than one that was ended for somebody else. So it is with callers whom nobody
   * identified: behind a proxy they all have one address, and the name of a program is anybody's to send.
   *
   * @param state of the notification
   */
  callOff(id: unknown, { auth, inbound }: CallState): void {
    if (typeof id !== 'string' && typeof id !== 'number') return
    if (this.#isOneClient) {
      for (const call of this.#byId.get(id) ?? []) call.callOff()
      return
    }
    if (auth === null) return
    const { address, userAgent } = inbound.client
    const caller = callerKey(auth, address)
    const found: RunningCall[] = []
    for (const call of this.#byId.get(id) ?? []) {
      const { client, state } = call
      // Nobody has said yet who it is of, or nobody will.
      if (state === null || state.auth === null) continue
      const isOfCaller = callerKey(state.auth, client.address) === caller
      const isOfClient = client.address === address && client.userAgent === userAgent
      if (isOfCaller && isOfClient) found.push(call)
    }
    const [call] = found
    if (found.length === 1) call?.callOff()
  }
}
