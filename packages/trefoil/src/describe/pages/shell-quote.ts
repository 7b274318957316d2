/** Text as one word of a POSIX shell, in which nothing acts. */
export function quote(text: string): string {
  return `'${inQuotes(text)}'`
}

/** Text inside single quotes: a quote in a schema's example must not end them. */
export function inQuotes(text: string): string {
  return text.replaceAll("'", "'\\''")
}
