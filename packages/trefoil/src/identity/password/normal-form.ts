/** What stands for a letter in passwords that are meant to look hard. */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map([
  ['0', 'o'],
  ['1', 'l'],
  ['3', 'e'],
  ['4', 'a'],
  ['5', 's'],
  ['7', 't'],
  ['8', 'b'],
  ['9', 'g'],
  ['@', 'a'],
  ['$', 's'],
  ['!', 'i'],
  ['+', 't'],
])
const AROUND = /^\P{L}+|\P{L}+$/gu
const NO_LETTER_OR_DIGIT = /[^\p{L}\p{N}]+/gu

/**
 * The word that a password is made of: `P@ssw0rd!1234` and `Password2024` are `password`. Empty where there is
 * no letter.
 */
export function normalForm(password: string): string {
  const word = password.normalize('NFKC').toLowerCase().replace(AROUND, '')
  return withoutLookAlikes(word)
}

/** Letters and digits alone, look-alikes as one of the letters they stand for: to find a name in it. */
export function plainLetters(text: string): string {
  return withoutLookAlikes(text.normalize('NFKC').toLowerCase())
    .replaceAll('i', 'l')
    .replace(NO_LETTER_OR_DIGIT, '')
}

function withoutLookAlikes(text: string): string {
  let plain = ''
  for (const character of text) plain += LOOK_ALIKES.get(character) ?? character
  return plain
}
