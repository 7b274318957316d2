import { Problem } from '../../../index.ts'
import {
  HashingBusy,
  type PasswordFlow,
  type PasswordHasher,
  type PasswordPolicy,
  UnreadableHash,
} from '../../../inner.ts'
import { accountsProblems } from '../accounts-problems.ts'

let made: (phc: string, breachState: 'clean' | 'unknown') => NewPassword

/** A password that was accepted and hashed: what writes one takes nothing else (SW-09). */
export class NewPassword {
  readonly #phc: string
  readonly breachState: 'clean' | 'unknown'

  static {
    made = (phc, breachState) => new NewPassword(phc, breachState)
  }

  /** The gate alone makes them. */
  private constructor(phc: string, breachState: 'clean' | 'unknown') {
    this.#phc = phc
    this.breachState = breachState
    Object.freeze(this)
  }

  get phc(): string {
    return this.#phc
  }
}

/** The only way to a password that is set, and to knowing whether one is right. */
export interface PasswordGate {
  /**
   * Takes as long for whatever account it is for: only the password says what is asked.
   *
   * @param context words that would be guessed first: address, user name
   * @throws Problem `password_weak` with `reasons`; `unavailable` when too many are hashed, or nobody could be
   *   asked about breaches and the policy denies that
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
   * As long for `null` as for a stored one. One that cannot be compared is not right: any other answer would tell that
   * there is an account.
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
  /**
   * What secrets of an account are kept as that were made here, such as its recovery codes: hashed as passwords are,
   * with one salt for all of them. No `NewPassword` comes of it.
   *
   * @throws Problem `unavailable` when too many are hashed
   */
  digestsOf(secrets: readonly string[], signal: AbortSignal | null): Promise<readonly string[]>
  /**
   * What one of them would be kept as, by any of those there are; as long for `null`, and then equal to none. One that
   * cannot be computed is equal to none.
   *
   * @throws Problem `unavailable` when too many are hashed
   */
  digestLike(secret: string, stored: string | null, signal: AbortSignal | null): Promise<string>
  /** Asked again at a login, where nobody could be asked when it was set. Throws nothing. */
  recheck(password: string): Promise<'clean' | 'breached' | 'unknown'>
}

/** Seconds after which a service that did not answer may do so again. */
const ASK_AGAIN = '30'

/**
 * @param words that would be guessed first in this app, beside those of the policy: its name
 * @param report told of a stored password that cannot be compared
 */
export function passwordGate(
  policy: PasswordPolicy,
  hasher: PasswordHasher,
  words: () => readonly string[],
  report: (error: UnreadableHash) => void,
): PasswordGate {
  return Object.freeze<PasswordGate>({
    async accept(password, { flow, context, signal }) {
      const { reasons, breach } = await policy.check(password, [...words(), ...context])
      if (reasons.length > 0) {
        throw accountsProblems.problem('password_weak', { details: { reasons } })
      }
      if (breach === 'unknown' && isDenied(policy.breach?.onUnknown?.(flow))) {
        throw new Problem('unavailable', {
          detail: 'Nobody can say at the moment whether this password is known from a breach',
          headers: { 'retry-after': ASK_AGAIN },
        })
      }
      const phc = await orBusy(() => hasher.hash(password, signal))
      // Not asked is not known either: where the check is switched on later, the next login asks.
      return made(phc, breach === 'clean' ? 'clean' : 'unknown')
    },
    async verify(password, stored, signal) {
      try {
        return await orBusy(() => hasher.verify(password, stored, signal))
      } catch (error) {
        if (!(error instanceof UnreadableHash)) throw error
        report(error)
        return { isRight: false, isOutdated: false }
      }
    },
    async rehash(password, signal) {
      return made(await orBusy(() => hasher.hash(password, signal)), 'unknown')
    },
    async digestsOf([first, ...rest], signal) {
      if (first === undefined) return []
      const stored = await orBusy(() => hasher.hash(first, signal))
      const digests = [stored]
      for (const secret of rest) {
        digests.push(await orBusy(() => hasher.hashLike(secret, stored, signal)))
      }
      return digests
    },
    async digestLike(secret, stored, signal) {
      try {
        return await orBusy(() => hasher.hashLike(secret, stored, signal))
      } catch (error) {
        if (!(error instanceof UnreadableHash)) throw error
        report(error)
        return ''
      }
    },
    recheck: (password) => policy.ask(password),
  })
}

/** Of an object of the app's own: what is no answer of it, as a promise, lets nothing in. */
function isDenied(what: unknown): boolean {
  return what !== undefined && what !== 'allow'
}

async function orBusy<Value>(hashed: () => Promise<Value>): Promise<Value> {
  try {
    return await hashed()
  } catch (error) {
    if (!(error instanceof HashingBusy)) throw error
    const headers = { 'retry-after': String(error.retryAfter) }
    throw new Problem('unavailable', { headers, cause: error })
  }
}
