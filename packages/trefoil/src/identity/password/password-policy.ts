import { readOptions } from '../../contract/options/read-options.ts'
import { normalForm, plainLetters } from './normal-form.ts'
import { PASSWORD_POLICY, type PasswordPolicyOptions } from './policy-options.ts'
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

/** What passwords must be, without asking anybody. */
export interface PasswordPolicy {
  readonly minLength: number
  /** Whether `breached_password` is to be asked for as well. */
  readonly breachCheck: boolean
  /**
   * @param context words that would be guessed first, such as the address, the name, the app's: looked for
   *   with `nist`, where they have at least four letters or digits
   * @returns all that is wrong with it, in a fixed order; none where it will do
   */
  reasons(password: string, context?: readonly string[]): readonly PasswordReason[]
}

/** Bytes of UTF-8 after NFKC. A hash takes as long as its input is (PWD-4). */
export const MOST_BYTES = 1024

/** S-PWD-3 has 24 of them; `classic` takes every ASCII one (SW-11), so no password of before is refused. */
const SYMBOL = /[!-/:-@[-`{-~]/
/** S-PWD-4: anywhere in it, with `classic`. */
const IN_CLASSIC = ['password', '123456', 'qwerty', 'letmein', 'admin']
/** Shorter words are in too many passwords by chance. */
const LEAST_CONTEXT = 4

/**
 * @param isCommon whether many people have it; asked with the password in small letters and, with `nist`,
 *   with its normal form
 * @throws ImproperlyConfigured naming the option or the variable
 */
export function passwordPolicy(
  options: PasswordPolicyOptions,
  isCommon: (word: string) => boolean,
  env: Readonly<Record<string, string | undefined>> = {},
): PasswordPolicy {
  const values = readOptions(PASSWORD_POLICY, options, { env })
  const isClassic = values.preset === 'classic'
  const minLength = values.minLength ?? (isClassic ? 12 : 15)
  const kinds: readonly (readonly [boolean, RegExp, PasswordReason])[] = [
    [values.requireUpper ?? isClassic, /[A-Z]/, 'missing_upper'],
    [values.requireLower ?? isClassic, /[a-z]/, 'missing_lower'],
    [values.requireDigit ?? isClassic, /[0-9]/, 'missing_digit'],
    [values.requireSymbol ?? isClassic, SYMBOL, 'missing_symbol'],
  ]

  function* reasonsOf(given: string, context: readonly string[]): Generator<PasswordReason> {
    // Half a character has no bytes of its own: two such passwords would be one.
    if (!given.isWellFormed()) {
      yield 'malformed_text'
      return
    }
    // Long ones are looked at no further: all that follows takes longer with length.
    if (given.length > MOST_BYTES || isTooLong(given.normalize('NFKC'))) {
      yield `max_bytes(${MOST_BYTES})`
      return
    }
    const password = given.normalize('NFKC')
    if ([...password].length < minLength) yield `min_length(${minLength})`
    for (const [isRequired, kind, reason] of kinds) {
      if (isRequired && !kind.test(password)) yield reason
    }
    const small = password.toLowerCase()
    if (values.forbidCommon && isKnown(small, password)) yield 'common_password'
    if (isClassic) return
    if (isRepetitive(password)) yield 'repetitive_password'
    if (isAbout(password, context)) yield 'contains_context'
  }

  function isKnown(small: string, password: string): boolean {
    if (small === '') return false
    if (isCommon(small)) return true
    if (isClassic) return IN_CLASSIC.some((word) => small.includes(word))
    const word = normalForm(password)
    return word !== '' && isCommon(word)
  }

  return Object.freeze({
    minLength,
    breachCheck: values.breachCheck,
    reasons: (password: string, context: readonly string[] = []) =>
      Object.freeze([...reasonsOf(password, context)]),
  })
}

function isTooLong(text: string): boolean {
  return new TextEncoder().encode(text).length > MOST_BYTES
}

/** Half of it and more are words that the same person would be asked for. */
function isAbout(password: string, context: readonly string[]): boolean {
  const plain = plainLetters(password)
  const words = context
    .flatMap((text) => [text, ...text.split(/[@.\s]+/u)])
    .map(plainLetters)
    .filter(({ length }) => length >= LEAST_CONTEXT)
    .sort((left, right) => right.length - left.length)
  let rest = plain
  for (const word of words) rest = rest.replaceAll(word, '')
  return rest.length < plain.length && rest.length * 2 <= plain.length
}
