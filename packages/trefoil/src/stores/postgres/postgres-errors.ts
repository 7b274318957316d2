import { TransactionConflict } from '../../contract/ports/transaction.ts'
import { DatabaseBusy, DatabaseUnavailable } from '../sql/store-errors.ts'

/** Serialization failure, deadlock: the same once more may succeed. */
const CONFLICTS = new Set(['40001', '40P01'])
/** Too many connections, and what else the server has too little of. */
const OUT_OF_RESOURCES = /^53/
/** Connection exceptions; the server is going down, has crashed, starts. */
const GONE = /^(?:08|57P0)/
/** What `pg` says, without a code, of a connection that is no more. */
const LOST = /connection|closed and is not queryable|^timeout expired$/i

/** The five letters and digits by which PostgreSQL names an error, or Node's name for it; `null` for none. */
export function codeOf(error: unknown): string | null {
  const { code }: { code?: unknown } = Object(error)
  return typeof code === 'string' ? code : null
}

/** True for what only PostgreSQL itself can have said. */
function isOfServer(error: unknown): boolean {
  const { severity }: { severity?: unknown } = Object(error)
  return typeof severity === 'string' && /^[A-Z0-9]{5}$/.test(codeOf(error) ?? '')
}

/** True when the connection is gone, or goes with this error. */
export function isLost(error: unknown): boolean {
  if (isOfServer(error)) return GONE.test(codeOf(error) ?? '')
  // Of the socket, or of `pg`: those it has for wrong use are no such thing.
  return codeOf(error) !== null || (error instanceof Error && LOST.test(error.message))
}

/** An error of a statement, for whoever asked for it. */
export function ofStatement(error: unknown): unknown {
  if (!CONFLICTS.has(codeOf(error) ?? '')) return error
  return new TransactionConflict('The unit of work met another one that changed the same', {
    cause: error,
  })
}

/** True where an earlier statement of the transaction had failed: nothing of it can be kept. */
export function isAborted(error: unknown): boolean {
  return codeOf(error) === '25P02'
}

/** True when the server said itself that the commit was not made. */
export function isRefusal(error: unknown): boolean {
  const { severity }: { severity?: unknown } = Object(error)
  return isOfServer(error) && severity === 'ERROR' && !isLost(error)
}

/** Why there is no connection, without the URL. */
export function ofConnecting(error: unknown): Error {
  const code = codeOf(error) ?? ''
  if (OUT_OF_RESOURCES.test(code)) {
    return new DatabaseBusy('PostgreSQL has no connection left', { cause: error })
  }
  // What the pool says of those who wait in its line.
  if (error instanceof Error && /^timeout exceeded/.test(error.message)) {
    return new DatabaseBusy('All connections to PostgreSQL are in use', { cause: error })
  }
  if (isLost(error)) {
    return new DatabaseUnavailable('PostgreSQL does not answer', { cause: error })
  }
  const why = error instanceof Error ? error.message : 'unknown'
  return new Error(`PostgreSQL refused the connection: ${why}`, { cause: error })
}
