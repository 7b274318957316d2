import { withoutComments } from './without-comments.ts'

const OF_TRANSACTIONS =
  /^(?:begin|start|commit|end|rollback|abort|savepoint|release|prepare\s+transaction|set\s+(?:transaction|session\s+characteristics))\b/i
/** What stays with the connection when the call is over. */
const OF_THE_CONNECTION =
  /^(?:set(?!\s+(?:local|constraints)\b)|reset|discard|listen|unlisten|load|prepare|execute|deallocate|create\s+(?:(?:local|global)\s+)?temp(?:orary)?\b|create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+)?(?:table|view|sequence)\s+(?:if\s+not\s+exists\s+)?"?pg_temp\b|declare\b[\s\S]*\bwith\s+hold\b)/i
/** A lock of the session outlives the call, and its next user would hold it. */
const LOCKS_OF_THE_SESSION = /\bpg_(?:try_)?advisory_(?:lock|unlock)/i
/** What neither writes settings nor runs code that may. */
const PLAIN = /^\(*\s*(?:select|insert|update|delete|with|values|merge|table)\b/i
const BODY = /^create\b[\s\S]*\bbegin\s+atomic\b/i
const SETS = /\bset_config\b|\binto\s+temp|\bpg_temp\b|u&"/i
const READS = /^[(\s]*(?:select|with|values|table|explain|show)\b/i
/** Large objects, which PostgreSQL before 16 lets a transaction change that is read-only; or a name that hides one. */
const LARGE_OBJECTS =
  /\b(?:lo_(?:creat|unlink|put|from_bytea|import|export|truncate|open)|lowrite)|u&"/i

function bare(sql: string): string {
  return withoutComments(sql).replace(/^[\s;]+/, '')
}

/**
 * A connection is lent: what a statement changes of it, its next user would have.
 *
 * @throws Error for a statement that ends or begins a transaction, or changes the connection itself
 */
export function refuseOfConnection(sql: string): void {
  const statement = bare(sql)
  if (OF_TRANSACTIONS.test(statement)) {
    throw new Error(
      'The transaction is that of the unit of work, which ends by itself; for a part of it write db.transaction()',
    )
  }
  if (LOCKS_OF_THE_SESSION.test(statement)) {
    throw new Error(
      'An advisory lock of the session would be held by the next call too: take pg_advisory_xact_lock',
    )
  }
  if (!OF_THE_CONNECTION.test(statement)) return
  throw new Error(
    'Temporary tables, settings of the session and LISTEN are of the connection, which the next call has too: they are not for calls; SET LOCAL is',
  )
}

/** @throws Error for what does not begin as a query does: code in it could end the transaction that is read-only */
export function refuseAllButReading(sql: string): void {
  refuseOfConnection(sql)
  const statement = bare(sql)
  if (READS.test(statement) && !LARGE_OBJECTS.test(statement)) return
  throw new Error(
    'This handle only reads: write select, with, values, explain or show, and no large object',
  )
}

/** True when the connection may be another after it, so that it is put right before somebody else has it. */
export function mayChangeConnection(sql: string): boolean {
  const statement = bare(sql)
  return !PLAIN.test(statement) || SETS.test(statement)
}

/** The word of a script that would end, or begin, a transaction, or cannot be in one; `null` for none. */
export function transactionWord(script: string): string | null {
  let isInBody = false
  for (const part of withoutComments(script, 'drop').split(';')) {
    const statement = part.trim()
    // The body of a function in standard SQL ends with a word of its own.
    if (BODY.test(statement)) isInBody = true
    if (isInBody && /^end\b/i.test(statement)) {
      isInBody = false
      continue
    }
    const [word] =
      OF_TRANSACTIONS.exec(statement) ??
      /^(?:create|drop|re)\w*\s[\s\S]*?\bconcurrently\b/i
        .exec(statement)?.[0]
        .match(/concurrently/i) ??
      []
    if (word !== undefined) return word
  }
  return null
}
