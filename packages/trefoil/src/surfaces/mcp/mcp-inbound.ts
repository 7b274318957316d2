import { type AgentCall, EndpointInbound } from '../agent/endpoint-inbound.ts'
import type { EndpointRequest } from '../endpoint.ts'
import type { RpcId } from './message.ts'
import type { RunningCall, RunningCalls } from './running-calls.ts'

/** A call that came as a message, and may be called off by another. */
export class McpInbound extends EndpointInbound {
  readonly #request: EndpointRequest
  readonly #id: RpcId
  readonly #running: RunningCalls
  #listeners: (() => void)[] | null = null

  constructor(request: EndpointRequest, call: AgentCall, id: RpcId, running: RunningCalls) {
    super(request, call)
    this.#request = request
    this.#id = id
    this.#running = running
  }

  /** What never waits is over before a notification could come: only what asks is kept. */
  onCallOff(listener: () => void): void {
    if (this.#listeners === null) this.#listeners = this.#keep()
    this.#listeners.push(listener)
  }

  #keep(): (() => void)[] {
    const listeners: (() => void)[] = []
    const { arrival, client } = this.#request
    const call: RunningCall = {
      client,
      get state() {
        return arrival.state
      },
      callOff: () => {
        for (const listener of listeners.splice(0)) listener()
      },
    }
    this.#running.add(this.#id, call)
    this.onDone(() => this.#running.remove(this.#id, call))
    return listeners
  }
}
