import type { Progress } from '../../../contract/content/progress.ts'
import type { AgentCall } from '../../agent/endpoint-inbound.ts'
import { type NearCaller, NearInbound } from '../../agent/near-inbound.ts'

/** A call that came as a message on a connection, and may be called off by another. */
export class StdioInbound extends NearInbound {
  readonly #callOffListeners: (() => void)[] = []
  #isCalledOff = false

  constructor(
    caller: NearCaller,
    call: AgentCall,
    receivedAt: number,
    report: ((progress: Progress) => void) | null,
  ) {
    // Whoever closes the connection wants nothing done any more, in each revision: nobody is there to be told of it.
    super(caller, { method: 'POST', path: '', receivedAt }, { ...call, cancels: true }, report)
  }

  /** Of what was called off nobody waits for an answer. */
  get isCalledOff(): boolean {
    return this.#isCalledOff
  }

  onCallOff(listener: () => void): void {
    this.#callOffListeners.push(listener)
  }

  callOff(): void {
    if (this.isDone) return
    this.#isCalledOff = true
    for (const listener of this.#callOffListeners.splice(0)) listener()
  }
}
