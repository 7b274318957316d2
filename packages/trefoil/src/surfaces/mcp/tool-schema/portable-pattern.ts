/**
 * A pattern as every reader of tool schemas can compile it: JavaScript with and without the `u` flag
 * (ajv always sets it, and one pattern it cannot compile loses a client its whole list), Python, Go and
 * RE2, Rust, Java. What JavaScript reads differently without `u` is respelled: escapes that escape
 * nothing (`\-` outside a class, `\@`), a bare `{` or `]`, a hyphen beside a class (`[\w-.]`). Only what is listed
 * here passes: lookaround, backreferences, `\p`, `\u`, `\c` and inline flags are not.
 *
 * @returns `null` where that cannot be done without changing what is matched
 */
export function portablePattern(source: string): string | null {
  const text = new Scanner(source).pattern()
  if (text === null) return null
  try {
    new RegExp(text, 'u')
    return text
  } catch {
    return null
  }
}

/** Escapes with one meaning everywhere. */
const SHARED_ESCAPES: ReadonlySet<string> = new Set([...'dDwWsStnrfv'])
const SYNTAX: ReadonlySet<string> = new Set([...'^$\\.*+?()[]{}|'])
const QUANTIFIER = /(?:[*+?]|\{(\d+)(?:,(\d*))?\})\??/y
const HEX = /\\x[0-9a-fA-F]{2}/y
/** Without lookaround and flags; a name is of no use where nothing refers back to it. */
const GROUP = /\((?:\?:|\?<[A-Za-z_][A-Za-z0-9_]*>|(?!\?))/y
/** RE2 counts no further. */
const MAX_REPEAT = 1000
/** Set operations where classes have them (Rust, Java, Python's future). */
const CLASS_OPERATION = /&&|~~/

/** In a class, where it stands for itself. */
const MEANS_MORE: ReadonlySet<string> = new Set(['[', '^', '-'])

/** What the last member of a class was: only a single character can begin a range. */
type Before = 'nothing' | 'one' | 'hyphen' | 'whole'

function isSet(part: string): boolean {
  return /^\\[dDwWsS]/.test(part)
}

class Scanner {
  readonly #source: string
  #at = 0

  constructor(source: string) {
    this.#source = source
  }

  pattern(): string | null {
    let made = ''
    while (this.#at < this.#source.length) {
      const part = this.#part()
      if (part === null) return null
      made += part
    }
    return made
  }

  #part(): string | null {
    const character = this.#source.charAt(this.#at)
    if (character === '\\') return this.#escape(false)
    if (character === '[') return this.#class()
    if (character === '(') return this.#group()
    if ('*+?{'.includes(character)) return this.#quantifier(character)
    this.#take(character)
    return character === '}' || character === ']' ? `\\${character}` : character
  }

  #group(): string | null {
    const opening = this.#match(GROUP)?.[0]
    if (opening === undefined) return null
    return opening.startsWith('(?<') ? '(?:' : opening
  }

  #quantifier(character: string): string | null {
    const match = this.#match(QUANTIFIER)
    if (match === null) {
      this.#at++
      // Taken for itself where no quantifier can be meant.
      return `\\${character}`
    }
    const [text, least, most] = match
    return Number(least ?? 0) > MAX_REPEAT || Number(most || 0) > MAX_REPEAT ? null : text
  }

  #escape(inClass: boolean): string | null {
    const hex = this.#match(HEX)
    if (hex !== null) return hex[0]
    const character = this.#source.charAt(this.#at + 1)
    this.#at += 2
    if (SHARED_ESCAPES.has(character)) return `\\${character}`
    // In a class it is a backspace.
    if (character === 'b' || character === 'B') return inClass ? null : `\\${character}`
    if (SYNTAX.has(character)) return `\\${character}`
    if (character === '-') return inClass ? '\\-' : '-'
    // Of letters and digits each library makes something else.
    return character === '' || /[A-Za-z0-9]/.test(character) ? null : character
  }

  #class(): string | null {
    this.#at++
    let made = '['
    if (this.#source.charAt(this.#at) === '^') {
      made += '^'
      this.#at++
    }
    const start = made.length
    let before = 'nothing' as Before
    for (;;) {
      const character = this.#source.charAt(this.#at)
      if (character === '') return null
      if (character === ']') break
      const isRange: boolean =
        character === '-' && before === 'one' && this.#beginsOne(this.#at + 1)
      const part: string | null = isRange ? this.#take('-') : this.#classMember(character)
      if (part === null) return null
      made += part
      before = isRange ? 'hyphen' : before === 'hyphen' || isSet(part) ? 'whole' : 'one'
    }
    // Nothing, or everything: JavaScript alone allows it.
    if (made.length === start || CLASS_OPERATION.test(made)) return null
    return made + this.#take(']')
  }

  #classMember(character: string): string | null {
    if (character === '\\') return this.#escape(true)
    return (MEANS_MORE.has(character) ? '\\' : '') + this.#take(character)
  }

  /** True where a single character follows, with which a hyphen makes a range. */
  #beginsOne(at: number): boolean {
    const next = this.#source.slice(at, at + 2)
    return next !== '' && !next.startsWith(']') && !isSet(next)
  }

  #take(character: string): string {
    this.#at++
    return character
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#source)
    if (match !== null) this.#at = pattern.lastIndex
    return match
  }
}
