/** @returns the statement with `$1`, `$2`, as PostgreSQL counts them, for each `?` */
export function numbered(text: string): string {
  let count = 0
  return text.replaceAll('?', () => `$${++count}`)
}
