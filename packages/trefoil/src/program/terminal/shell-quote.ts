const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/

/**
 * One word of a POSIX shell. Names and examples come from a remote's schema and end up in
 * commands that people paste: unquoted, `$(…)` in a name would run.
 */
export function shellQuote(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
