import { wordsOf } from './words.ts'

/** What tools are found by. */
export interface Findable {
  readonly name: string
  readonly title: string | null
  readonly description: string | null
  readonly tags: readonly string[]
}

/** A tool, its words between spaces: a word is found in them by its beginning. */
export interface Indexed<Entry extends Findable> {
  readonly entry: Entry
  readonly fields: readonly string[]
}

/** Of a name, title or tag, and the description: what a word counts there, whole and as a beginning. */
const WEIGHTS = [
  [8, 5],
  [4, 3],
  [2, 1],
] as const

/** Words of a query that are looked at. */
export const MOST_WORDS = 16

/** Reads what is said of tools, once. Sorted by name, so that equals always come in one order. */
export function indexOf<Entry extends Findable>(
  entries: readonly Entry[],
): readonly Indexed<Entry>[] {
  return entries
    .map((entry) => {
      const { name, title, description, tags } = entry
      const texts = [name, [title ?? '', ...tags].join(' '), description ?? '']
      return { entry, fields: texts.map((text) => ` ${wordsOf(text).join(' ')} `) }
    })
    .sort((one, other) => (one.entry.name < other.entry.name ? -1 : 1))
}

/**
 * Those that a query fits, best first; all of them for a query without words. Words that few tools have count for
 * more. Counted are the tools that are handed in, so that what a caller does not see moves nothing that they see.
 *
 * @param seen as `indexOf` made them, what the caller does not see left out
 */
export function rank<Entry extends Findable>(
  seen: readonly Indexed<Entry>[],
  query: string,
): readonly Entry[] {
  const words = [...new Set(wordsOf(query))].slice(0, MOST_WORDS)
  if (words.length === 0) return seen.map(({ entry }) => entry)
  const scores = new Float64Array(seen.length)
  for (const word of words) {
    const found = seen.map(({ fields }) => weightOf(fields, word))
    const often = found.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0)
    const rarity = Math.log2(1 + seen.length / Math.max(1, often))
    for (const [index, weight] of found.entries()) {
      scores[index] = (scores[index] ?? 0) + weight * rarity
    }
  }
  return seen
    .map(({ entry }, index) => ({ entry, score: scores[index] ?? 0 }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .map(({ entry }) => entry)
}

function weightOf(fields: readonly string[], word: string): number {
  // Of `orders` an `order` is found too.
  const beginning = word.length > 3 && word.endsWith('s') ? word.slice(0, -1) : word
  for (const [index, [whole, begun]] of WEIGHTS.entries()) {
    const field = fields[index] ?? ''
    if (field.includes(` ${word} `)) return whole
    if (word.length > 1 && field.includes(` ${beginning}`)) return begun
  }
  return 0
}
