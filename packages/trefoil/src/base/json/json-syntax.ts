const STRING = 0x22
const BACKSLASH = 0x5c
const LITERAL = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const SPACE = /[ \t\n\r]*/y

/**
 * What is wrong with a text that no parser took, in the same words on every engine. Only for refused
 * documents, to tell their author. Not recursive.
 *
 * @returns offsets count from 0, in UTF-16 code units
 */
export function syntaxFault(text: string): string {
  if (text.charCodeAt(0) === 0xfeff) return 'it begins with a byte order mark'
  const at = new Reader(text).read()
  if (at.end) return 'it ends too early'
  const what = at.over ? 'text after the document' : 'an unexpected character'
  return `${what}, at offset ${at.offset}`
}

/** What may come next. */
type Expected = 'value' | 'item or ]' | 'key or }' | 'key' | ':' | ', or end'

class Reader {
  readonly #text: string
  /** What each open bracket closes with. */
  readonly #open: ('}' | ']')[] = []
  #expected: Expected = 'value'
  #offset = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Goes as far as the grammar does. `over` when a whole document stands before that. */
  read(): { readonly offset: number; readonly end: boolean; readonly over: boolean } {
    do this.#skip(SPACE)
    while (this.#step())
    const over = this.#expected === ', or end' && this.#open.length === 0
    return { offset: this.#offset, end: this.#offset >= this.#text.length, over }
  }

  /** Takes one token; false when it is none that may stand here. */
  #step(): boolean {
    const token = this.#text.charAt(this.#offset)
    const closing = this.#open.at(-1)
    switch (this.#expected) {
      case 'value':
        return this.#value(token)
      case 'item or ]':
        return token === ']' ? this.#close() : this.#value(token)
      case 'key or }':
        return token === '}' ? this.#close() : this.#string() && this.#next(':')
      case 'key':
        return this.#string() && this.#next(':')
      case ':':
        return token === ':' && this.#take('value')
      default:
        if (closing === undefined) return false
        if (token === closing) return this.#close()
        return token === ',' && this.#take(closing === '}' ? 'key' : 'value')
    }
  }

  #value(token: string): boolean {
    if (token === '{' || token === '[') {
      this.#open.push(token === '{' ? '}' : ']')
      return this.#take(token === '{' ? 'key or }' : 'item or ]')
    }
    return (token === '"' ? this.#string() : this.#skip(LITERAL)) && this.#next(', or end')
  }

  #close(): boolean {
    this.#open.pop()
    return this.#take(', or end')
  }

  #string(): boolean {
    const text = this.#text
    if (text.charCodeAt(this.#offset) !== STRING) return false
    for (this.#offset++; this.#offset < text.length; ) {
      const unit = text.charCodeAt(this.#offset)
      if (unit === STRING) return this.#take(this.#expected)
      if (unit === BACKSLASH) {
        if (!this.#skip(ESCAPE)) return false
      } else if (unit < 0x20) return false
      else this.#offset++
    }
    return false
  }

  /** Past one character, and what is expected behind it. */
  #take(expected: Expected): true {
    this.#offset++
    return this.#next(expected)
  }

  #next(expected: Expected): true {
    this.#expected = expected
    return true
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#offset
    if (!pattern.test(this.#text)) return false
    this.#offset = pattern.lastIndex
    return true
  }
}
