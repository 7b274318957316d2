import { type Markup, markup } from '../../../inner.ts'

/**
 * Characters that change what others look like, or are seen by nobody: C0, C1, DEL, soft hyphen, combining grapheme
 * joiner, Arabic letter mark, fillers, Mongolian and Khmer invisibles, zero width, bidi marks, embeddings and isolates,
 * line and paragraph separators, word joiners, variation selectors, the byte order mark, interlinear marks, musical
 * controls, tags, private use, noncharacters, and lone surrogates. What joins two emoji, or makes one of a sign, is seen.
 */
const UNSEEN =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each of them is meant by itself
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\uffff\ue000-\uf8ff]|(?<!\p{Extended_Pictographic})[\ufe0e\ufe0f]|(?<!\p{Extended_Pictographic}\ufe0f?)\u200d|\u200d(?!\p{Extended_Pictographic})|[\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{10ffff}]|[\ud800-\udfff]/gu
/** Marks on one letter, of which nobody needs more than three. */
const PILED = /(\p{M}{3})\p{M}+/gu

/** Longest foreign text that is shown, in code points. */
const MOST = 300

/** Foreign text as plain text, for titles and attributes: what nobody would see stands there by its number. */
export function visibleText(text: string, most: number = MOST): string {
  return cut(text, most).replace(UNSEEN, (found) => `\u27e8${nameOf(found)}\u27e9`)
}

/**
 * Text that comes from others (a name, a note of an agent, a user agent), to be read by a person who decides by it:
 * apart from the text round it, so that its direction reorders nothing else; what would reorder or hide something
 * stands there by its number, U+202E; at most so many characters, and it says that there are more.
 *
 * @param most code points; default 300
 */
export function foreign(text: string, most: number = MOST): Markup {
  const shown = cut(text, most)
  const parts: Markup[] = []
  let from = 0
  for (const { index, 0: found } of shown.matchAll(UNSEEN)) {
    parts.push(markup`${shown.slice(from, index)}<span class="unseen">${nameOf(found)}</span>`)
    from = index + found.length
  }
  return markup`<bdi class="foreign">${parts}${shown.slice(from)}</bdi>`
}

function cut(text: string, most: number): string {
  const even = String(text).replace(PILED, '$1')
  // Two units a code point at most: of a megabyte no more is looked at.
  const points = [...even.slice(0, most * 2 + 2)]
  return points.length > most || even.length > most * 2 + 2
    ? `${points.slice(0, most).join('')}\u2026`
    : even
}

function nameOf(found: string): string {
  const code = found.codePointAt(0) ?? 0
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}
