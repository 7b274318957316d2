const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/

/**
 * One word of a POSIX shell, bare where nothing in it acts. Names and examples come from a remote's
 * schema and end up in commands that people paste: unquoted, `$(…)` in a name would run.
 */
export function shellQuote(word: string): string {
  return PLAIN.test(word) ? word : singleQuoted(word)
}

/** Text as one word of a POSIX shell, in quotes whatever it is. */
export function singleQuoted(text: string): string {
  return `'${insideQuotes(text)}'`
}

/** Text inside single quotes: a quote in a schema's example must not end them. */
export function insideQuotes(text: string): string {
  return text.replaceAll("'", "'\\''")
}
