import type { SqlRow, SqlStatements, SqlValue } from '../../contract/ports/sql.ts'
import { TransactionConflict } from '../../contract/ports/transaction.ts'
import type { SqlRehearsal, SqlStore, SqlUnit } from '../sql/sql-store.ts'
import { DatabaseBusy } from '../sql/store-errors.ts'
import type { PostgresConnection } from './postgres-connection.ts'
import { codeOf } from './postgres-errors.ts'
import { kyselyOver } from './postgres-kysely.ts'
import { PostgresPool } from './postgres-pool.ts'
import { ReaderDriver } from './postgres-readers.ts'
import { PostgresRehearsal } from './postgres-rehearsal.ts'
import { PostgresUnit, type UnitSite } from './postgres-unit.ts'
import { whyNoPostgresUrl } from './postgres-url.ts'

/** How a PostgreSQL is opened. */
export interface PostgresSettings {
  /** Default `repeatable read`. */
  readonly isolation?: 'repeatable read' | 'serializable'
  /** Most units at a time, and most reads beside them. Default 10. */
  readonly connections?: number
  /** Milliseconds for which one that reads waits for a connection. Default 5,000. */
  readonly wait?: number
  /** Milliseconds that connecting may take. Default 5,000. */
  readonly connect?: number
  /** Milliseconds that one statement may take; 0 for any. Default 30,000. */
  readonly statement?: number
}

/** Connections for statements outside units: they are short, and must not wait for those who wait for them. */
const ALONE = 4
/** Tries of a statement outside units that met another: two that lock rows in another order. */
const TRIES = 5
/** Milliseconds that calling a statement off may take. */
const CALL_OFF = 1000
/** Of this database, so that of two that migrate one waits. */
const MIGRATIONS = 'select pg_advisory_xact_lock(7231865412)'

/**
 * Opens a PostgreSQL, 14 or newer. Connects when something is first asked.
 *
 * @param url `postgres://user:password@host:5432/name`; a folder of a unix socket as host is written with `%2F`
 * @param told makes of a DatabaseBusy or DatabaseUnavailable what those meet who read. Default: itself
 * @throws Error for what is no such URL, without it
 */
export function openPostgres<Tables>(
  url: string,
  settings: PostgresSettings = {},
  told: (error: unknown) => unknown = (error) => error,
): SqlStore<Tables> {
  const why = whyNoPostgresUrl(url)
  if (why !== null) throw new Error(`The URL of the database ${why}`)
  const { isolation = 'repeatable read', connections = 10 } = settings
  const { wait: longest = 5000, connect = 5000, statement = 30_000 } = settings
  const pool = (size: number, readOnly: boolean) =>
    new PostgresPool({ url, size, readOnly, connect, statement })
  const units = pool(connections, false)
  const readers = pool(connections, true)
  const others = pool(Math.min(ALONE, connections), false)
  const refuse = (error: unknown): never => {
    throw told(error)
  }
  const site: UnitSite = {
    give: (connection, isGone) => units.give(connection, isGone),
    callOff: (connection) => callOff(others, connection),
  }

  async function begin(
    how: string,
    wait: number,
    signal?: () => AbortSignal | undefined,
    longest = connect,
  ): Promise<PostgresUnit<Tables>> {
    return new PostgresUnit<Tables>(site, await units.takeWith(how, wait, longest, signal))
  }

  return Object.freeze({
    dialect: 'postgres' as const,
    // One for each who asks: Kysely can be ended for good, and has a dispose method that does so.
    reader: () => kyselyOver<Tables>(new ReaderDriver(readers, site, longest, refuse)),
    alone: (wait: number): SqlStatements => ({
      dialect: 'postgres',
      run: (text, values = []) => runAlone(others, wait, text, values),
    }),
    begin: (
      _holder: string,
      wait: number,
      signal?: () => AbortSignal | undefined,
    ): Promise<SqlUnit<Tables>> => begin(`begin isolation level ${isolation}`, wait, signal),
    rehearse: async (
      _holder: string,
      wait: number,
      signal?: () => AbortSignal | undefined,
    ): Promise<SqlRehearsal<Tables>> =>
      new PostgresRehearsal(await begin(`begin isolation level ${isolation}`, wait, signal)),
    async beginChangingTables(_holder: string, wait: number): Promise<SqlUnit<Tables>> {
      // What it sees is what there is once the lock has been got, not when it was asked for.
      const how = [
        'begin isolation level read committed',
        'set local statement_timeout = 0',
        'set local idle_in_transaction_session_timeout = 0',
        `set local lock_timeout = ${Math.max(1, Math.round(wait))}`,
        MIGRATIONS,
      ]
      return begin(how.join('; '), wait, undefined, wait + connect).catch((error: unknown) => {
        if (codeOf(error) !== '55P03') throw error
        throw new DatabaseBusy('Another process migrates for too long', { cause: error })
      })
    },
    load: () => [units.load('units'), readers.load('readers'), others.load('alone')],
    schemaChanged: () => {},
    close: async () => {
      await Promise.all([units.close(), readers.close(), others.close()])
    },
  })
}

async function runAlone(
  pool: PostgresPool,
  wait: number,
  text: string,
  values: readonly SqlValue[],
): Promise<readonly SqlRow[]> {
  for (let tries = 1; ; tries++) {
    const connection = await pool.take(wait)
    try {
      return await connection.run(text, values)
    } catch (error) {
      if (!(error instanceof TransactionConflict) || tries === TRIES) throw error
    } finally {
      pool.give(connection)
    }
  }
}

/** Never rejects: the connection is given up where that fails. */
async function callOff(pool: PostgresPool, { pid }: PostgresConnection): Promise<void> {
  try {
    const connection = await pool.take(CALL_OFF)
    try {
      await connection.run('select pg_cancel_backend(?)', [pid])
    } finally {
      pool.give(connection)
    }
  } catch {
    // The statement goes on in the server until its own timeout.
  }
}
