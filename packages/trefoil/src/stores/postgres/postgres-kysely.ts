import {
  type CompiledQuery,
  type DatabaseIntrospector,
  type DialectAdapter,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import type { PostgresConnection } from './postgres-connection.ts'

const ADAPTER = new PostgresAdapter()
const COMPILER = new PostgresQueryCompiler()
/** Rows of a stream that are fetched at once, unless its reader says otherwise. */
const FETCHED = 100

/** A Kysely whose connections a driver lends. */
export function kyselyOver<Tables>(driver: Driver): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createDriver: () => driver,
      createAdapter: (): DialectAdapter => ADAPTER,
      createIntrospector: (db: Kysely<unknown>): DatabaseIntrospector =>
        new PostgresIntrospector(db),
      createQueryCompiler: () => COMPILER,
    },
  })
}

/** One query of Kysely's on a connection. */
export async function execute<Row>(
  connection: PostgresConnection,
  { sql, parameters }: CompiledQuery,
): Promise<QueryResult<Row>> {
  for (const value of parameters) refuseUndefined(value)
  const { command, rowCount, rows } = await connection.query<Row>(sql, parameters)
  const writes =
    command === 'INSERT' || command === 'UPDATE' || command === 'DELETE' || command === 'MERGE'
  return writes ? { rows, numAffectedRows: BigInt(rowCount ?? 0) } : { rows }
}

/**
 * The rows of a query piece by piece, in a transaction that is open.
 *
 * @param isOver true when the transaction has ended: the connection may be in another's, which would fail with
 *   what is asked of it here
 */
export async function* stream<Row>(
  connection: PostgresConnection,
  { sql, parameters }: CompiledQuery,
  chunk: number | undefined,
  isOver: () => boolean,
): AsyncGenerator<QueryResult<Row>> {
  const size = Number.isSafeInteger(chunk) && Number(chunk) > 0 ? Number(chunk) : FETCHED
  for (const value of parameters) refuseUndefined(value)
  const cursor = `trefoil_cursor_${nextCursor++}`
  await connection.query(`declare ${cursor} no scroll cursor for ${sql}`, parameters)
  try {
    while (!isOver()) {
      const { rows } = await connection.query<Row>(`fetch ${size} from ${cursor}`, [])
      for (const row of rows) yield { rows: [row] }
      if (rows.length < size) return
    }
  } finally {
    // With the transaction it has gone by itself.
    if (!isOver()) await connection.control(`close ${cursor}`).catch(() => {})
  }
}

let nextCursor = 0

/** @throws TypeError for what would become null without anybody saying so */
function refuseUndefined(value: unknown): void {
  if (value === undefined) throw new TypeError('A query was given undefined: write null')
}
