import type { Migration } from '../../database.ts'
import type { Awaitable } from '../../index.ts'
import type { SqlDialect, SqlStatements } from '../../parts.ts'

/** A query as Kysely compiles it. */
export interface CompiledText {
  readonly sql: string
  readonly parameters: readonly unknown[]
  readonly query: {
    readonly kind: 'RawNode'
    readonly sqlFragments: readonly string[]
    readonly parameters: readonly never[]
  }
  readonly queryId: { readonly queryId: string }
}

/** What an audit log uses of a database: `database()` is one, whatever tables it has. */
export interface AuditDatabase {
  /** The dependency by which calls get a unit. */
  readonly db: object
  readonly dialect: SqlDialect
  /** Reads what has been committed. */
  queries(): {
    executeQuery(query: CompiledText): Promise<{ readonly rows: readonly unknown[] }>
  }
  /** Prepared statements in a unit. */
  statements(unit: unknown): SqlStatements
  /** Says which tables there are, before the database starts. */
  tables(owner: string, migrations: readonly Migration[]): void
  /** A unit outside calls. */
  unit<Value>(work: (db: unknown) => Awaitable<Value>): Promise<Value>
}
