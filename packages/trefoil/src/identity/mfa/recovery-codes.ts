import { randomInt } from 'node:crypto'

/** No letters that are taken for digits, nor u, so that no word comes of them by chance: 5 bits each. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
/** Shorter ones would be guessed by whoever has the table, or be taken for the code of an app. */
const LEAST_LENGTH = 8
const MOST_LENGTH = 32
const CODE = new RegExp(`^[${ALPHABET}]{${LEAST_LENGTH},${MOST_LENGTH}}$`)

/** All different. */
export function newRecoveryCodes(count: number, length: number): readonly string[] {
  const codes = new Set<string>()
  while (codes.size < count) {
    codes.add(Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join(''))
  }
  return [...codes]
}

/**
 * What was typed or copied from paper, as codes are compared. `null` for what can be none, which a code of six digits
 * is: what is to be done for one follows from what was typed, and never from whose it is.
 */
export function readRecoveryCode(typed: string): string | null {
  const code = typed
    .replaceAll(/[\s-]/g, '')
    .toLowerCase()
    .replaceAll('o', '0')
    .replaceAll(/[il]/g, '1')
  return CODE.test(code) ? code : null
}
