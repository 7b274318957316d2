import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import type { SqlRow, SqlValue } from '../../contract/ports/sql.ts'

/** Statements kept ready. An app has some dozens; those with long lists of values come and go. */
const MOST_STATEMENTS = 200

const COMMENTS = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g
const NO_ROWS: readonly SqlRow[] = []

/** A prepared statement, and whether it gives rows. */
interface Prepared {
  readonly statement: StatementSync
  readonly givesRows: boolean
}

/** What Kysely asks of a connection, over `node:sqlite`. */
export class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync
  readonly #prepared = new Map<string, Prepared>()
  /** Half read. Each holds what it sees: SQLite neither begins nor reads anew beside it. */
  readonly #streams = new Set<Iterator<unknown>>()
  readonly #check: (sql: string) => void

  /** @param check throws for a statement that is not to be run */
  constructor(database: DatabaseSync, check: (sql: string) => void = () => {}) {
    this.#database = database
    this.#check = check
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { statement, givesRows } = this.#prepare(sql)
    const values = parameters.map(bindable)
    // The type is what whoever wrote the query says of its rows.
    if (givesRows) return { rows: statement.all(...values) as Row[] }
    const { changes, lastInsertRowid } = statement.run(...values)
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  }

  /** The same without Kysely. */
  run(sql: string, values: readonly SqlValue[]): readonly SqlRow[] {
    const { statement, givesRows } = this.#prepare(sql)
    if (givesRows) return statement.all(...values) as SqlRow[]
    statement.run(...values)
    return NO_ROWS
  }

  async *streamQuery<Row>({ sql, parameters }: CompiledQuery): AsyncGenerator<QueryResult<Row>> {
    this.#check(sql)
    // Not one of those kept: the same query may be asked while this one is half read.
    const statement = this.#database.prepare(sql)
    refuseSeveral(sql, statement)
    const rows = statement.iterate(...parameters.map(bindable))
    this.#streams.add(rows)
    try {
      for (const row of rows) yield { rows: [row as Row] }
    } finally {
      this.#streams.delete(rows)
    }
  }

  /** Ends what whoever had the connection has left half read. */
  endStreams(): void {
    for (const rows of this.#streams) rows.return?.()
    this.#streams.clear()
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    this.#check(sql)
    const statement = this.#database.prepare(sql)
    refuseSeveral(sql, statement)
    const prepared = { statement, givesRows: statement.columns().length > 0 }
    if (this.#prepared.size >= MOST_STATEMENTS) {
      const [oldest] = this.#prepared.keys()
      if (oldest !== undefined) this.#prepared.delete(oldest)
    }
    this.#prepared.set(sql, prepared)
    return prepared
  }
}

/**
 * SQLite makes a statement of the first and passes over the rest without a word.
 *
 * @throws Error for a text with another statement behind the first
 */
function refuseSeveral(sql: string, { sourceSQL }: StatementSync): void {
  if (sourceSQL.length === sql.length) return
  const rest = sql.slice(sourceSQL.length).replace(COMMENTS, ' ')
  if (/^[\s;]*$/.test(rest)) return
  throw new Error('A query is one statement: only the first of several would be done')
}

/** @throws TypeError for what SQLite has no value for */
function bindable(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value === null || typeof value === 'string' || typeof value === 'number') return value
  if (typeof value === 'bigint' || value instanceof Uint8Array) return value
  throw new TypeError(
    `SQLite keeps text, numbers, booleans, bytes and null: a query was given ${kindOf(value)}`,
  )
}

function kindOf(value: unknown): string {
  if (value instanceof Date) return 'a Date (write date.toISOString() or date.getTime())'
  return value === undefined ? 'undefined (write null)' : `a value of type ${typeof value}`
}
