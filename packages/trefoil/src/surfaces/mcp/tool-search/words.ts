/** A run of letters and digits, with the marks that belong to them. */
const RUN = /[\p{L}\p{M}\p{N}]+/gu
/** `getOrder` is two words, as `get_order` is. */
const HUMP = /(\p{Ll}|\p{N})(?=\p{Lu})/gu
/** Scripts that put no space between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}]/u

/**
 * The words of a text, in its order. What has no spaces comes as pairs of letters, so that a part of it is found.
 * Linear in the length of the text: no expression here can go back over what it has read.
 */
export function wordsOf(text: string): readonly string[] {
  const lower = text.normalize('NFKC').replace(HUMP, '$1 ').toLowerCase()
  return (lower.match(RUN) ?? []).flatMap((run) => (UNSPACED.test(run) ? pairsOf(run) : [run]))
}

function pairsOf(run: string): readonly string[] {
  const letters = [...run]
  return letters.length === 1
    ? letters
    : letters.slice(1).map((letter, index) => `${letters[index]}${letter}`)
}
