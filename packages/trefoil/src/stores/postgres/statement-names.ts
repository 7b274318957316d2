/** A statement as the server has it. */
export interface NamedText {
  readonly name: string
  readonly text: string
}

/** Names of the statements that are prepared: each text is one on every connection. */
export class StatementNames {
  readonly #known = new Map<string, NamedText>()

  /** @param text with `?` for each value, which PostgreSQL counts: `$1`, `$2` */
  of(text: string): NamedText {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    let count = 0
    const numbered = text.replaceAll('?', () => `$${++count}`)
    const named = { name: `trefoil_${this.#known.size}`, text: numbered }
    this.#known.set(text, named)
    return named
  }
}
