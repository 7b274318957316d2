// Written by the room of lockout; here is what the flows build on.
import type { ClientFacts } from '../../../index.ts'
import type { Identifier } from '../identifier.ts'

/** Somebody who is about to try something that can be guessed. */
export interface LoginTry {
  /** Whose: as it was submitted, existing or not; `null` for what can be nobody's. */
  readonly identifier: Identifier | null
  readonly client: ClientFacts
  /** A token of a device that signed in to this identifier before; `null` for none. */
  readonly device: string | null
  readonly signal: AbortSignal
}

/** What every door goes through where a secret can be guessed. */
export interface LoginLocks {
  /**
   * Reserves a try, makes it, and counts it. Whatever the call answers, a wrong one stays counted.
   *
   * @param check says whether it was right, and with which value
   * @returns the value, right or wrong
   * @throws Problem `account_locked` (429 with `Retry-After`); `unavailable` where nobody can count
   */
  attempt<Value>(
    tried: LoginTry,
    check: () => Promise<{ readonly isRight: boolean; readonly value: Value }>,
  ): Promise<Value>
  /** Whoever it is has proved the mailbox: what strangers guessed wrong is over (LOCK-7). */
  forget(identifier: Identifier): Promise<void>
  /** A token that says: this device signed in to this identifier. */
  deviceToken(identifier: Identifier): string
}
