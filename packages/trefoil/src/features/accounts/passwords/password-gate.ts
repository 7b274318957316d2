// Written by the room of passwords; here is what the flows build on.

/** A password that was accepted and hashed: what writes one takes nothing else (SW-09). */
export class NewPassword {
  readonly #phc: string
  readonly breachState: 'clean' | 'unknown'

  /** The gate alone makes them. */
  constructor(phc: string, breachState: 'clean' | 'unknown') {
    this.#phc = phc
    this.breachState = breachState
    Object.freeze(this)
  }

  get phc(): string {
    return this.#phc
  }
}

/** Which flow asks: the policy for passwords that nobody could look up differs. */
export type PasswordFlow = 'register' | 'reset' | 'change' | 'operator'

/** The only way to a password that is set, and to knowing whether one is right. */
export interface PasswordGate {
  /**
   * @param context words that would be guessed first: address, user name
   * @throws Problem `password_weak` with `reasons`; `unavailable` when too many are hashed
   */
  accept(
    password: string,
    options: {
      readonly flow: PasswordFlow
      readonly context: readonly string[]
      readonly signal: AbortSignal | null
    },
  ): Promise<NewPassword>
  /**
   * As long for `null` as for a stored one.
   *
   * @throws Problem `unavailable` when too many are hashed
   */
  verify(
    password: string,
    stored: string | null,
    signal: AbortSignal | null,
  ): Promise<{ readonly isRight: boolean; readonly isOutdated: boolean }>
  /** Of a password that was right just now: hashed with today's figures. Not held to the policy. */
  rehash(password: string, signal: AbortSignal | null): Promise<NewPassword>
  /** Asked again at a login, where nobody could be asked when it was set. Throws nothing. */
  recheck(password: string): Promise<'clean' | 'breached' | 'unknown'>
}
