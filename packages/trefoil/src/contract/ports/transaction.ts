import type { Awaitable } from '../../base/promise.ts'
import type { ProviderCall } from '../call/dependency.ts'

/**
 * What takes part in the unit of work of a call: what it writes is kept with what the call did, or not at
 * all. Asked only in calls that open one, a dependency with `unit: true`. All parts are asked, in order.
 */
export interface TransactionPort {
  /**
   * True for one whose `beforeCommit` is asked after those of all others, whatever the order of the parts: it
   * writes down what they did, and takes a lock that nobody may hold for long. An app has one. Default false.
   */
  readonly last?: boolean
  /**
   * After the unit has been opened, before anybody else has it. A throw rolls it back, and the call fails.
   *
   * @param unit what the dependency gives, such as a Kysely over the transaction
   */
  begin(call: ProviderCall, unit: unknown): Awaitable<void>
  /**
   * The last before the commit, after the audit port and the dependencies that use the unit; not for a
   * call that failed or was a rehearsal. A throw rolls everything back, and the call fails.
   */
  beforeCommit(call: ProviderCall, unit: unknown): Awaitable<void>
}

/**
 * What a unit of work throws, or fails its commit with, when it met another that ran at the same time and
 * the same once more may well succeed. Nothing of it was kept. A call that ends with it, or with an error it
 * is the `cause` of, is run again where nothing has left.
 */
export class TransactionConflict extends Error {
  override readonly name = 'TransactionConflict'
}
