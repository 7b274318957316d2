import { EventEmitter } from 'node:events'
import type { CustomTypesConfig, QueryResult as PgResult, PoolClient } from 'pg'
import type { SqlRow, SqlValue } from '../../contract/ports/sql.ts'
import { isLost, ofStatement } from './postgres-errors.ts'
import type { StatementNames } from './statement-names.ts'
import { mayChangeConnection } from './statements.ts'

/** Puts right what a statement may have changed of the connection; prepared statements stay. */
const AS_NEW =
  'set session authorization default; reset role; reset all; close all; unlisten *; discard temp; select pg_advisory_unlock_all()'
/** Statements for which the plan that was prepared is none any more: a table has changed. */
const STALE = new Set(['0A000', '26000'])
const OLDEST = 140_000

/** A statement that is sent with the commit. */
export interface Late {
  readonly text: string
  readonly values: readonly SqlValue[]
  /** Makes of its error what the commit throws. */
  readonly explain: (error: unknown) => unknown
}

/** A connection to the server, for whoever has it at the moment: one statement after the other. */
export class PostgresConnection {
  /** The process of the server that works for it, by which a statement can be called off. */
  readonly pid: number
  readonly #client: PoolClient
  readonly #names: StatementNames
  readonly #types: CustomTypesConfig
  /** Texts that the server has prepared for it. */
  readonly #known = new Set<string>()
  #last: Promise<unknown> = Promise.resolve()
  #running = 0
  #isDirty = false
  #isBroken = false

  constructor(client: PoolClient, pid: number, names: StatementNames, types: CustomTypesConfig) {
    this.#client = client
    this.pid = pid
    this.#names = names
    this.#types = types
  }

  /**
   * Asks who the server is, and listens to what it says of the one setting that reads rely on.
   *
   * @throws Error for a server that does not tell when that is changed
   */
  static async greet(
    client: PoolClient,
    names: StatementNames,
    types: CustomTypesConfig,
  ): Promise<PostgresConnection> {
    const { rows } = await client.query({
      text: "select current_setting('server_version_num')::int, pg_backend_pid()",
      rowMode: 'array',
    })
    const [version, pid] = rows[0] ?? []
    const wire: unknown = Reflect.get(client, 'connection')
    if (!(version >= OLDEST) || !(wire instanceof EventEmitter)) {
      throw new Error('PostgreSQL 14 or newer is needed')
    }
    const connection = new PostgresConnection(client, pid, names, types)
    wire.on('parameterStatus', ({ parameterName }: { readonly parameterName?: unknown }) => {
      // Only a statement of a caller's can have done that, and the next one must not have it.
      if (parameterName === 'default_transaction_read_only') connection.#isBroken = true
    })
    return connection
  }

  /** True while a statement is asked for. */
  get isBusy(): boolean {
    return this.#running > 0
  }

  /** True while others wait behind it. */
  get isQueued(): boolean {
    return this.#running > 1
  }

  /** True when nobody else may have it. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  /** Of Kysely, with its values; several statements in one text are refused by the protocol. */
  query<Row>(sql: string, values: readonly unknown[]): Promise<PgResult<Row & SqlRow>> {
    if (mayChangeConnection(sql)) this.#isDirty = true
    const asked = { text: sql, values: [...values], queryMode: 'extended' as const }
    return this.#ask(() => this.#client.query<Row & SqlRow>(asked))
  }

  /** A text that is fixed: prepared once. */
  async run(text: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    const prepared = this.#names.of(text)
    const asked = { ...prepared, values: [...values], types: this.#types }
    const { rows } = await this.#ask(() => this.#client.query<SqlRow>(asked))
    this.#known.add(text)
    return rows
  }

  /** True for what {@link run} has run here: the server has it under its name. */
  knows(text: string): boolean {
    return this.#known.has(text)
  }

  /**
   * Commits, and before that runs statements which the connection knows, in one way to the server and back: where one
   * of them fails the server passes over the commit.
   *
   * @returns what the server made of it: `COMMIT`, or `ROLLBACK`
   */
  async commit(late: readonly Late[]): Promise<string> {
    const texts = late.map(({ text, values }) => {
      const literals = values.map((value) => this.#literal(value)).join(', ')
      return `execute ${this.#names.of(text).name}(${literals})`
    })
    const asked = [...texts, 'commit'].join('; ')
    // Of several statements there is a result each; the types of `pg` know of one.
    const results: PgResult | readonly PgResult[] = await this.control(asked)
    const last = Array.isArray(results) ? results.at(-1) : results
    return String(Object(last).command)
  }

  /** A value in a text of SQL, where there is no place for one beside it. The server makes of it what the statement takes. */
  #literal(value: SqlValue): string {
    if (value === null) return 'null'
    if (value instanceof Uint8Array) return `'\\x${Buffer.from(value).toString('hex')}'`
    return this.#client.escapeLiteral(String(value))
  }

  /** Statements of ours. */
  control(sql: string): Promise<PgResult> {
    return this.#ask(() => this.#client.query(sql))
  }

  /** As it is given to the next one. @throws Error when it cannot be */
  async tidy(): Promise<void> {
    if (!this.#isDirty) return
    await this.control(AS_NEW)
    this.#isDirty = false
  }

  /** Several statements in one text. */
  script(sql: string): Promise<unknown> {
    this.#isDirty = true
    return this.#ask(() => this.#client.query(sql))
  }

  /** @param isGone true when nobody else may have it */
  release(isGone: boolean): void {
    this.#client.release(isGone || this.#isBroken)
  }

  /** `pg` has a queue of its own, which it is about to lose. */
  #ask<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#running++
    const asked = this.#last.then(work).catch((error: unknown) => {
      const { code }: { code?: unknown } = Object(error)
      if (isLost(error) || STALE.has(String(code))) this.#isBroken = true
      throw ofStatement(error)
    })
    const over = () => {
      this.#running--
    }
    this.#last = asked.then(over, over)
    return asked
  }
}
