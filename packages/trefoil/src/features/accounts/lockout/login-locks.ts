import type { ClientFacts } from '../../../index.ts'
import type { Identifier } from '../identifier.ts'

/** Somebody who is about to try something that can be guessed. */
export interface LoginTry {
  /** Whose: as it was submitted, existing or not; `null` for what can be nobody's. */
  readonly identifier: Identifier | null
  readonly client: ClientFacts
  /** What this device was given when it signed in, as it came; `null` for nothing. */
  readonly device: string | null
  /**
   * Id of a login session of this account that the call came with, which is as good as a device that is known: strangers
   * must not keep an owner who is signed in from changing the password. Default none.
   */
  readonly session?: string | null
  /**
   * Id of the account, of whoever has shown one proof and tries another: counted beside all else, and forgotten by nothing
   * but a right one. The mailbox alone, or the password, gives no further tries at the second factor. Default none.
   */
  readonly factorOf?: string | null
  readonly signal: AbortSignal
}

/** What came of a try. */
export interface Checked<Value> {
  readonly isRight: boolean
  readonly value: Value
  /**
   * Right, and not enough to be let in: the try is given back, and nothing is forgotten until {@link LoginLocks.entered}.
   * Default false.
   */
  readonly isPartial?: boolean
}

/** What every door goes through where a secret can be guessed. */
export interface LoginLocks {
  /**
   * Reserves a try, makes it, and counts it. Whatever the call answers, a wrong one stays counted. A check that throws
   * says nothing about the secret, and is given back.
   *
   * @param check says whether it was right, and with which value
   * @returns the value, right or wrong
   * @throws Problem `account_locked` (429 with `Retry-After`), also for the failure that locks; `unavailable` (503)
   *   where nobody can count, or all tries were under way for too long
   */
  attempt<Value>(tried: LoginTry, check: () => Promise<Checked<Value>>): Promise<Value>
  /** Whoever made a try that was right and partial is let in: what such a try forgets is forgotten. */
  entered(tried: LoginTry): Promise<void>
  /**
   * What says that this device signed in to this identifier: to be kept for `DEVICE_LIFETIME` and shown at the next
   * login.
   *
   * @param shown what it has so far, so that a browser may know several accounts
   */
  deviceToken(identifier: Identifier, shown?: string | null): string
  /**
   * Whoever has proved that the mailbox is theirs, as by resetting the password, is locked no longer.
   *
   * @param device what the call showed of its device: what was tried from there is forgotten as well
   */
  forget(identifier: Identifier, device?: string | null): Promise<void>
  /** What was tried at the second factor of an account: for operators, and where all its factors are removed. */
  forgetFactor(accountId: string): Promise<void>
}
