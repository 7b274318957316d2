import { plainLetters } from './normal-form.ts'

/** Shorter words are in too many passwords by chance. */
const LEAST_CONTEXT = 4
/** Of one text: an address or a name has no more. */
const MOST_WORD = 254

/** True where half of a password and more are words that the same person would be asked for. */
export function isAbout(password: string, context: readonly string[]): boolean {
  const plain = plainLetters(password)
  const words = context
    .map((text) => text.slice(0, MOST_WORD))
    .flatMap((text) => [text, ...text.split(/[@.\s_+-]+/u)])
    .map(plainLetters)
    .filter(({ length }) => length >= LEAST_CONTEXT)
    .sort((left, right) => right.length - left.length)
  let rest = plain
  for (const word of words) rest = rest.replaceAll(word, '')
  return rest.length < plain.length && rest.length * 2 <= plain.length
}
