const COMMENTS = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g
/** What would end the transaction that others may share, or open one that is nobody's. */
const OF_TRANSACTIONS = /^(?:begin|commit|end|rollback|savepoint|release)\b/i
/** What stays with the connection when the call is over: a table of `temp` hides one of the same name. */
const OF_THE_CONNECTION =
  /^(?:attach|detach)\b|^create\s+(?:temp(?:orary)?\b|(?:virtual\s+)?\w+\s+(?:if\s+not\s+exists\s+)?["'`[]?temp["'`\]]?\s*\.)/i
const PRAGMA = /^pragma\s+(?:["'`[]?\w+["'`\]]?\s*\.\s*)?["'`[]?(\w+)["'`\]]?\s*([=(])?/i
/** Pragmas with a value that only read, or write into the file and so are taken back with the unit. */
const HARMLESS = new Set([
  'table_info',
  'table_xinfo',
  'table_list',
  'index_info',
  'index_xinfo',
  'index_list',
  'foreign_key_list',
  'foreign_key_check',
  'integrity_check',
  'quick_check',
  'user_version',
  'application_id',
])

const COMMENTS_AND_TEXTS =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]/g
const TRIGGER = /^create\s+(?:temp(?:orary)?\s+)?trigger\b/i

/** The word of a script that would end, or begin, a transaction; `null` for none. */
export function transactionWord(script: string): string | null {
  let isInTrigger = false
  for (const part of script.replace(COMMENTS_AND_TEXTS, ' ').split(';')) {
    const statement = part.trim()
    const [word] = OF_TRANSACTIONS.exec(statement) ?? []
    if (TRIGGER.test(statement)) isInTrigger = true
    else if (isInTrigger && word?.toLowerCase() === 'end') isInTrigger = false
    else if (word !== undefined) return word
  }
  return null
}

/**
 * A connection is lent: what a statement changes of it, its next user would have.
 *
 * @throws Error for a statement that ends or begins a transaction, or changes the connection itself
 */
export function refuseOfConnection(sql: string): void {
  // SQLite passes over comments and empty statements.
  const statement = sql.replace(COMMENTS, ' ').replace(/^[\s;]+/, '')
  const [, pragma, value] = PRAGMA.exec(statement) ?? []
  const sets = pragma !== undefined && value !== undefined && !HARMLESS.has(pragma.toLowerCase())
  if (OF_TRANSACTIONS.test(statement) || (sets && pragma.toLowerCase() === 'defer_foreign_keys')) {
    throw new Error(
      'The transaction is that of the unit of work, which ends by itself; for a part of it write db.transaction()',
    )
  }
  if (!sets && !OF_THE_CONNECTION.test(statement)) return
  throw new Error(
    'Temporary tables, attached files and pragmas are of the connection, which the next call has too: they are not for calls',
  )
}
