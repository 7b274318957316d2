import type { Awaitable } from '../../base/promise.ts'
import type { SqlDialect, SqlStatements } from './sql.ts'

/** A step that makes tables of a store; frozen once it was released. */
export interface SqlStep {
  readonly name: string
  /** One text for both databases, or one for each. */
  readonly sql: string | { readonly sqlite: string; readonly postgres: string }
}

/** What a store asks of the database that it keeps its tables in; `database()` is one. */
export interface SqlData {
  readonly dialect: SqlDialect
  /**
   * @param owner whose tables they are
   * @param where `app`: with what the units of work write; `state`: what needs no unit, each statement for itself
   */
  tables(owner: string, steps: readonly SqlStep[], where?: 'app' | 'state'): void
  /** Statements outside units, each kept by itself, in the database of `state`. */
  readonly state: SqlStatements
  /** Prepared statements in a unit. @throws Error for what is no unit of this database */
  statements(unit: unknown): SqlStatements
  /** A unit of work of its own, committed when the work is done. */
  unit<Value>(work: (unit: unknown) => Awaitable<Value>): Promise<Value>
}
