/** Whom a schema is rewritten for. */
export interface Reader {
  /**
   * `input` tells a model what to send; the server validates it anyway, so it may say a little more or
   * less than is true. `output` is what clients hold an answer to *after* the action has run: a value it
   * refuses is a write that an agent repeats (FND-41), so it must contain every value that can be sent.
   */
  readonly side: 'input' | 'output'
  /** Told of each pattern that has to be left out. */
  readonly leaveOut: (pattern: string) => void
}

/** What one keyword group of a schema comes to. */
export interface Rules {
  readonly keywords: Readonly<Record<string, unknown>>
  /** What no keyword may say, in words, for the description. */
  readonly hints: readonly string[]
}

export const NO_RULES: Rules = { keywords: {}, hints: [] }
