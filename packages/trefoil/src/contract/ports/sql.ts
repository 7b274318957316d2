import type { Awaitable } from '../../base/promise.ts'

/** Which database it is. */
export type SqlDialect = 'sqlite' | 'postgres'

/** What a statement can be given. Times are milliseconds since the Unix epoch, true and false 1 and 0. */
export type SqlValue = string | number | bigint | null | Uint8Array

/** Columns by name. Whole numbers come as numbers from both databases. */
export type SqlRow = Readonly<Record<string, unknown>>

/**
 * Statements whose text is fixed: prepared once for a connection and kept, for what is asked at every call.
 * Kysely is for the rest.
 */
export interface SqlStatements {
  readonly dialect: SqlDialect
  /**
   * The connection they run on: the same object as long as it is the same one, whoever has it. Left out where
   * each statement may have another.
   */
  readonly session?: object
  /**
   * @param text one statement; `?` stands for a value, in order, on both databases, and for nothing else
   * @returns its rows; none for one that gives none
   */
  run(text: string, values?: readonly SqlValue[]): Awaitable<readonly SqlRow[]>
  /**
   * One that nothing in its unit waits for: sent together with the commit, where that spares a way to the server
   * and back. Where it fails, nothing of the unit is kept, and the commit fails. Left out where it spares nothing.
   *
   * @param text of a statement that fails where it does not do what it is for: its rows are seen by nobody
   * @param explain makes of its error what the commit throws. Default: itself
   */
  runAtCommit?(
    text: string,
    values: readonly SqlValue[],
    explain?: (error: unknown) => unknown,
  ): void
}
