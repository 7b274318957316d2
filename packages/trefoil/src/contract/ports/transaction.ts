import type { Awaitable } from '../../base/promise.ts'
import type { Call } from '../call/call.ts'

/** Reserved: what takes part in the unit of work of a call. Nobody calls it yet. */
export interface TransactionPort {
  /** The first statement of the unit. A throw ends the call before the handler. */
  begin(call: Call): Awaitable<void>
  /** The last before it is committed. A throw rolls it back. */
  beforeCommit(call: Call): Awaitable<void>
}
