/** A comment, or its beginning where it may hold others; or what only looks like one, because it is in a text. */
const TOKEN =
  /--[^\n\r]*|\/\*|(?<![\w$])e'(?:\\[\s\S]|''|[^'\\])*(?:'|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|(?<![\w$\u0080-\uffff])\$([a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?(?:\$\1\$|$)/giu
const EDGE = /\/\*|\*\//g
const MAY_HAVE_COMMENTS = /--|\/\*/

/**
 * A statement as the server reads it: a comment ends at any line end, may have others inside, and what is in a text
 * is none.
 *
 * @param texts what becomes of texts, names in quotes and bodies of functions
 */
export function withoutComments(sql: string, texts: 'keep' | 'drop' = 'keep'): string {
  if (texts === 'keep' && !MAY_HAVE_COMMENTS.test(sql)) return sql
  let left = ''
  let at = 0
  TOKEN.lastIndex = 0
  for (let found = TOKEN.exec(sql); found !== null; found = TOKEN.exec(sql)) {
    const [token] = found
    left += sql.slice(at, found.index)
    at = token === '/*' ? endOfComment(sql, TOKEN.lastIndex) : TOKEN.lastIndex
    const isComment = token === '/*' || token.startsWith('--')
    left += isComment || texts === 'drop' ? ' ' : token
    TOKEN.lastIndex = at
  }
  return left + sql.slice(at)
}

function endOfComment(sql: string, from: number): number {
  EDGE.lastIndex = from
  for (let depth = 1; depth > 0; ) {
    const [edge] = EDGE.exec(sql) ?? []
    if (edge === undefined) return sql.length
    depth += edge === '/*' ? 1 : -1
  }
  return EDGE.lastIndex
}
