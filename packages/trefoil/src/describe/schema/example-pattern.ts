/** Longest text made; a pattern asking for a million letters gets an example, not a bill. */
const MAX_LENGTH = 256
/** How often what may be repeated is repeated beyond its minimum, in turn. */
const EXTRAS: readonly number[] = [0, 1, 2, 4, 8, 16, 32, 64, 128]

/**
 * Texts that a regular expression of the plainer kind describes, shortest first. A guess: look-
 * arounds and back references are passed over, so the caller tries the texts against the pattern.
 */
export function* patternExamples(pattern: string): Generator<string> {
  const write = new PatternReader(pattern).read()
  if (write === null) return
  for (const extra of EXTRAS) yield write({ extra, picked: 0 })
}

/** One text being written. */
interface Writing {
  readonly extra: number
  /** Characters picked so far: the next one is another, where there is a choice. */
  picked: number
}

type Part = (writing: Writing) => string

const PICKED_FROM = [
  ...'abcdefghijklmnopqrstuvwxyz1234567890ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ...'-_ .,:;!?@#$%&*+=/\\|\'"`~^()[]{}<>',
]

const ATOMS: readonly (readonly [pattern: RegExp, kind: 'nothing' | 'class' | 'letter'])[] = [
  [/\^|\$|\\[bB]/y, 'nothing'],
  [/\[(?:\\.|[^\]\\])*\]|\\[dDwWsS]|\\[pP]\{[^}]*\}|\./y, 'class'],
  [/\\u\{?[0-9A-Fa-f]+\}?|\\x[0-9A-Fa-f]{2}|\\.|[^()|*+?{}[\]\\]/uy, 'letter'],
]

const QUANTIFIER = /(?:([*+?])|\{(\d+)(,?)(\d*)\})?\??/y
const GROUP = /\((?:\?(?:<(?![=!])[^>]*>|[:=!]|<[=!]))?/y

/** Reads a pattern from left to right into what writes a text of it. */
class PatternReader {
  readonly #pattern: string
  #at = 0

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  /** @returns `null` for what is no pattern, or not of the plainer kind */
  read(): Part | null {
    const part = this.#choice()
    return this.#at === this.#pattern.length ? part : null
  }

  /** Of alternatives the first is written. */
  #choice(): Part {
    const first = this.#sequence()
    while (this.#take(/\|/y) !== null) this.#sequence()
    return first
  }

  #sequence(): Part {
    const parts: Part[] = []
    for (let atom = this.#atom(); atom !== null; atom = this.#atom()) {
      parts.push(repeated(atom, this.#take(QUANTIFIER) ?? []))
    }
    return (writing) => parts.map((part) => part(writing)).join('')
  }

  #atom(): Part | null {
    const group = this.#take(GROUP)?.[0]
    if (group !== undefined) {
      const inside = this.#choice()
      if (this.#take(/\)/y) === null) return null
      return /[=!]$/.test(group) ? NOTHING : inside
    }
    for (const [pattern, kind] of ATOMS) {
      const found = this.#take(pattern)?.[0]
      if (found !== undefined) return kind === 'nothing' ? NOTHING : oneOf(found)
    }
    return null
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#pattern)
    if (found !== null) this.#at = pattern.lastIndex
    return found
  }
}

const NOTHING: Part = () => ''

/** A class or a letter, whichever it is: the regular expression itself says what it matches. */
function oneOf(source: string): Part {
  const matching = charactersOf(source)
  return (writing) => matching[writing.picked++ % matching.length] ?? ''
}

function charactersOf(source: string): readonly string[] {
  try {
    const pattern = new RegExp(`^${source}$`, 'u')
    const known = PICKED_FROM.filter((char) => pattern.test(char))
    if (known.length > 0) return known
    return [...source].filter((char) => pattern.test(char))
  } catch {
    return []
  }
}

function repeated(part: Part, [, sign, least, comma, most]: readonly (string | undefined)[]): Part {
  const [low, high] =
    least === undefined
      ? [sign === '*' || sign === '?' ? 0 : 1, sign === '*' || sign === '+' ? Infinity : 1]
      : [Number(least), comma === '' ? Number(least) : most ? Number(most) : Infinity]
  return (writing) => {
    const times = Math.min(low + writing.extra, high)
    let text = ''
    for (let count = 0; count < times && text.length < MAX_LENGTH; count++) {
      const piece = part(writing)
      // Nothing, over and over, would never reach the longest text.
      if (piece === '') break
      text += piece
    }
    return text
  }
}
