import {
  character,
  choice,
  lookedFor,
  NOTHING,
  type PatternPart,
  repeated,
  sequence,
} from './pattern-part.ts'

/** How often what may be repeated is repeated beyond its minimum, in turn. */
const EXTRAS: readonly number[] = [0, 1, 2, 4, 8, 16, 32, 64, 128]

/** Groups within groups; nobody writes more, and each is a call deeper. */
const MAX_DEPTH = 50

/** Steps that finding out whether a text matches may take: some milliseconds. */
const MAX_STEPS = 1_000_000

/** A regular expression of somebody else, looked at before it is used. */
export interface KnownPattern {
  /** Texts that it describes, shortest first. A guess: what looks around or back is passed over. */
  readonly examples: () => Generator<string>
  /**
   * Whether it matches a text; `null` where that cannot be told, or not soon: an expression such as
   * `^(a+)+$` takes longer than anybody waits to find out that it does not.
   */
  readonly matches: (text: string) => boolean | null
}

/** What can be had of a pattern without trusting it. */
export function knownPattern(pattern: string): KnownPattern {
  const part = new PatternReader(pattern).read()
  const expression = part === null ? null : compiled(pattern)
  return {
    *examples() {
      if (part === null) return
      for (const extra of EXTRAS) yield part.write({ extra, picked: 0 })
    },
    matches(text) {
      if (part === null || expression === null) return null
      // It may be tried from every character on.
      const steps = part.ways(text.length) * (text.length + 1)
      return steps <= MAX_STEPS ? expression.test(text) : null
    },
  }
}

/** JSON Schema means Unicode patterns; libraries also write some that are none. */
function compiled(pattern: string): RegExp | null {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(pattern, flags)
    } catch {}
  }
  // A pattern of another language's regular expressions.
  return null
}

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

/** Reads a pattern from left to right. */
class PatternReader {
  readonly #pattern: string
  #at = 0
  #depth = 0

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  /** @returns `null` for what is no pattern, or not of the plainer kind */
  read(): PatternPart | null {
    const part = this.#choice()
    return this.#at === this.#pattern.length ? part : null
  }

  #choice(): PatternPart {
    const first = this.#sequence()
    const others: PatternPart[] = []
    while (this.#take(/\|/y) !== null) others.push(this.#sequence())
    return others.length === 0 ? first : choice(first, others)
  }

  #sequence(): PatternPart {
    const parts: PatternPart[] = []
    for (let atom = this.#atom(); atom !== null; atom = this.#atom()) {
      parts.push(quantified(atom, this.#take(QUANTIFIER) ?? []))
    }
    return sequence(parts)
  }

  #atom(): PatternPart | null {
    if (this.#depth === MAX_DEPTH) return null
    const group = this.#take(GROUP)?.[0]
    if (group !== undefined) {
      this.#depth++
      const inside = this.#choice()
      this.#depth--
      if (this.#take(/\)/y) === null) return null
      return /[=!]$/.test(group) ? lookedFor(inside) : inside
    }
    for (const [pattern, kind] of ATOMS) {
      const found = this.#take(pattern)?.[0]
      if (found !== undefined) return kind === 'nothing' ? NOTHING : character(charactersOf(found))
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

/** A class or a letter, whichever it is: the regular expression itself says what it matches. */
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

function quantified(
  part: PatternPart,
  [, sign, least, comma, most]: readonly (string | undefined)[],
): PatternPart {
  if (least !== undefined) {
    const end = most ? Number(most) : Number.POSITIVE_INFINITY
    return repeated(part, Number(least), comma === '' ? Number(least) : end)
  }
  if (sign === undefined) return part
  return repeated(part, sign === '+' ? 1 : 0, sign === '?' ? 1 : Number.POSITIVE_INFINITY)
}
