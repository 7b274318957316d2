import { freezeClass } from '../../base/plain/freeze-class.ts'
import { processEnvironment } from '../../contract/options/environment.ts'
import { readOptions } from '../../contract/options/read-options.ts'
import { BreachChecker, type BreachLookup, type BreachResult } from './breach/breach-checker.ts'
import { isCommonPassword } from './common-passwords.ts'
import { isAbout } from './context-words.ts'
import { normalForm } from './normal-form.ts'
import {
  PASSWORD_POLICY,
  type PasswordPolicyOptions,
  type PasswordPolicyValues,
} from './policy-options.ts'
import { isRepetitive } from './repetition.ts'

/** Why a password is refused. The first seven are the words of the source (S-PWD-2), in its order. */
export type PasswordReason =
  | `min_length(${number})`
  | 'missing_upper'
  | 'missing_lower'
  | 'missing_digit'
  | 'missing_symbol'
  | 'common_password'
  | 'breached_password'
  | 'repetitive_password'
  | 'contains_context'
  | `max_bytes(${number})`
  | 'malformed_text'

/** What a policy makes of a password. */
export interface PasswordJudgement {
  /** All that is wrong with it, in a fixed order; none where it will do. */
  readonly reasons: readonly PasswordReason[]
  /** `null` where it was not asked: the check is off, or the text is none that anybody may have. */
  readonly breach: BreachResult | null
}

/** Bytes of UTF-8 after NFKC. A hash takes as long as its input is (PWD-4). */
export const MOST_BYTES = 1024

/** S-PWD-3 has 24 of them; every ASCII one counts here (SW-11), so no password of before is refused. */
const SYMBOL = /[!-/:-@[-`{-~]/
/** S-PWD-4: anywhere in it, with `classic`. */
const IN_CLASSIC = ['password', '123456', 'qwerty', 'letmein', 'admin']

/** What passwords must be. It is asked wherever one is set, and nowhere else. */
export class PasswordPolicy {
  readonly #values: PasswordPolicyValues
  readonly #kinds: readonly (readonly [boolean, RegExp, PasswordReason])[]
  /** Fewest code points. */
  readonly minLength: number
  /** Who is asked about breaches; `null` where nobody is. */
  readonly breach: BreachLookup | null

  /** @throws ImproperlyConfigured naming the option or the variable */
  constructor(options: PasswordPolicyOptions = {}) {
    const values = readOptions(PASSWORD_POLICY, options, { env: processEnvironment() })
    const isClassic = values.preset === 'classic'
    this.#values = values
    this.#kinds = [
      [values.requireUpper ?? isClassic, /[A-Z]/, 'missing_upper'],
      [values.requireLower ?? isClassic, /[a-z]/, 'missing_lower'],
      [values.requireDigit ?? isClassic, /[0-9]/, 'missing_digit'],
      [values.requireSymbol ?? isClassic, SYMBOL, 'missing_symbol'],
    ]
    this.minLength = values.minLength ?? (isClassic ? 12 : 15)
    this.breach = values.breachCheck ? (values.breach ?? new BreachChecker()) : null
    Object.freeze(this)
  }

  /**
   * Without asking anybody.
   *
   * @param context words that would be guessed first, such as the address and the name: looked for with `nist`,
   *   where they have at least four letters or digits
   * @param breach what was found out about it: `breached` is one more reason
   * @returns all that is wrong with it, in a fixed order; none where it will do
   */
  reasons(
    password: string,
    context: readonly string[] = [],
    breach: BreachResult | null = null,
  ): readonly PasswordReason[] {
    return Object.freeze([...this.#reasonsOf(password, context, breach)])
  }

  /**
   * Asks about breaches as well, where the policy is to: about a password with other reasons too, so that whoever
   * chooses one is told all of them at once (S-PWD-2).
   */
  async check(password: string, context: readonly string[] = []): Promise<PasswordJudgement> {
    const isAsked = this.breach !== null && formProblem(password) === null
    const breach = isAsked ? await this.ask(password) : null
    return Object.freeze({ reasons: this.reasons(password, context, breach), breach })
  }

  /** `unknown` where nobody is to be asked. Throws nothing. */
  async ask(password: string): Promise<BreachResult> {
    if (this.breach === null) return 'unknown'
    try {
      const result = await this.breach.check(password)
      return result === 'clean' || result === 'breached' ? result : 'unknown'
    } catch {
      return 'unknown'
    }
  }

  *#reasonsOf(
    given: string,
    context: readonly string[],
    breach: BreachResult | null,
  ): Generator<PasswordReason> {
    // Looked at no further: all that follows takes longer with length.
    const problem = formProblem(given)
    if (problem !== null) {
      yield problem
      return
    }
    const password = given.normalize('NFKC')
    if ([...password].length < this.minLength) yield `min_length(${this.minLength})`
    for (const [isRequired, kind, reason] of this.#kinds) {
      if (isRequired && !kind.test(password)) yield reason
    }
    if (this.#values.forbidCommon && this.#isCommon(password)) yield 'common_password'
    if (breach === 'breached') yield 'breached_password'
    if (this.#values.preset === 'classic') return
    if (isRepetitive(password)) yield 'repetitive_password'
    if (isAbout(password, [...this.#values.context, ...context])) yield 'contains_context'
  }

  #isCommon(password: string): boolean {
    const small = password.toLowerCase()
    if (small === '') return false
    if (isCommonPassword(small)) return true
    if (this.#values.preset === 'classic') return IN_CLASSIC.some((word) => small.includes(word))
    const word = normalForm(password)
    return word !== '' && isCommonPassword(word)
  }

  toJSON(): object {
    return { minLength: this.minLength, breachCheck: this.breach !== null }
  }
}

freezeClass(PasswordPolicy)

/** Of what is no password at all, before anything is done with it. */
function formProblem(text: string): PasswordReason | null {
  // Half a character has no bytes of its own: two such passwords would be one.
  if (!text.isWellFormed()) return 'malformed_text'
  const isShort =
    text.length <= MOST_BYTES && Buffer.byteLength(text.normalize('NFKC')) <= MOST_BYTES
  return isShort ? null : `max_bytes(${MOST_BYTES})`
}
