/** A value, or what is wrong with it: the words that follow the option's name in a sentence. */
export type Reading<Value> = { readonly value: Value } | { readonly mistake: string }

/**
 * What values an option takes, in code and as the text of a variable. What is wrong with one is said
 * by its type and never shows it: it may be a secret in the wrong place (FND-38).
 */
export interface OptionKind<Value> {
  /** What a variable of this kind holds, in the documentation: `size`, `list`. */
  readonly words: string
  /**
   * Checks a value out of code, which may be anything in JavaScript.
   *
   * @param path the option, for those that make a sentence of their own
   * @throws ImproperlyConfigured with a whole sentence, for a value with options inside
   */
  readonly read: (value: unknown, path: string) => Reading<Value>
  /**
   * Makes of a variable's text what code would have given; {@link OptionKind.read} has the last word.
   * Absent: no variable can say it.
   */
  readonly fromText?: (text: string) => Reading<unknown>
}
