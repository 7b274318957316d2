import type { ClientConfig, CustomTypesConfig, Pool, PoolClient } from 'pg'
import { systemClock } from '../../base/clock.ts'
import type { ConnectionLoad } from '../sql/sql-store.ts'
import { DatabaseBusy, DatabaseUnavailable } from '../sql/store-errors.ts'
import { PostgresConnection } from './postgres-connection.ts'
import { isLost, ofConnecting } from './postgres-errors.ts'
import { rowTypes, statementTypes } from './postgres-types.ts'
import { StatementNames } from './statement-names.ts'

/** Milliseconds after which a connection that nobody uses is closed. */
const IDLE = 60_000
/** Milliseconds for which a transaction may wait for its own process: one that hangs must not keep its locks. */
const LONGEST_PAUSE = 300_000

/** Milliseconds by which connecting, which ends by itself, is waited for longer than it may take. */
const CONNECTED = 1000

/** How connections are made. */
export interface PoolSettings {
  readonly url: string
  /** Most connections. */
  readonly size: number
  /** True for connections on which nothing can be written. */
  readonly readOnly: boolean
  /** Milliseconds that connecting may take. */
  readonly connect: number
  /** Milliseconds that a statement may take; 0 for any. */
  readonly statement: number
}

/** Connections of one kind, each for one user at a time. `pg` is loaded when the first is asked for. */
export class PostgresPool {
  readonly #settings: PoolSettings
  readonly #names = new StatementNames()
  readonly #known = new WeakMap<PoolClient, PostgresConnection>()
  #pool: Promise<{ pool: Pool; types: CustomTypesConfig }> | null = null
  #made: Pool | null = null
  #isClosed = false

  constructor(settings: PoolSettings) {
    this.#settings = settings
  }

  /** How many times a connection may be found to be lost: all that were idle when the server went. */
  get size(): number {
    return this.#settings.size
  }

  load(pool: ConnectionLoad['pool']): ConnectionLoad {
    const { totalCount = 0, idleCount = 0, waitingCount = 0 } = this.#made ?? {}
    return { pool, inUse: totalCount - idleCount, idle: idleCount, waiting: waitingCount }
  }

  /**
   * @param wait milliseconds for which others are waited for; a connection that is made takes its own time
   * @param signal ends the waiting; asked for where there is something to wait for
   * @throws DatabaseBusy, DatabaseUnavailable
   */
  async take(wait: number, signal?: () => AbortSignal | undefined): Promise<PostgresConnection> {
    if (this.#isClosed) throw new Error('The database is closed')
    this.#pool ??= this.#make()
    const { pool, types } = await this.#pool
    const left = pool.idleCount === 0 ? signal?.() : undefined
    left?.throwIfAborted()
    const { connect, size } = this.#settings
    const isLine = pool.idleCount === 0 && pool.totalCount >= size
    const client = await connected(pool, isLine ? wait : Math.max(wait, connect + CONNECTED), left)
    const known = this.#known.get(client)
    if (known !== undefined) return known
    try {
      const connection = await PostgresConnection.greet(client, this.#names, types)
      this.#known.set(client, connection)
      return connection
    } catch (error) {
      client.release(true)
      throw ofConnecting(error)
    }
  }

  /**
   * One on which the first statement has been made: of those that were idle when the server went, `pg` may
   * not know yet. One behind which nobody answers any more, of a server that was cut off, is given up.
   *
   * @param longest milliseconds for which the answer is waited for
   */
  async takeWith(
    first: string,
    wait: number,
    longest: number,
    signal?: () => AbortSignal | undefined,
  ): Promise<PostgresConnection> {
    const until = systemClock.elapsed() + wait
    for (let tries = 0; ; tries++) {
      const connection = await this.take(Math.max(0, until - systemClock.elapsed()), signal)
      try {
        await answered(connection.control(first), longest)
        return connection
      } catch (error) {
        connection.release(true)
        if (error instanceof DatabaseUnavailable || !isLost(error)) throw error
        if (tries > this.size) throw ofConnecting(error)
      }
    }
  }

  /** Gives it back as it was, or not at all; nobody waits for that. */
  give(connection: PostgresConnection, isGone = false): void {
    if (isGone || connection.isBroken) connection.release(true)
    else
      void connection.tidy().then(
        () => connection.release(false),
        () => connection.release(true),
      )
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const made = this.#pool
    if (made === null) return
    const { pool } = await made
    await pool.end()
  }

  async #make(): Promise<{ pool: Pool; types: CustomTypesConfig }> {
    const { default: pg } = await import('pg')
    const { url, size, readOnly, connect, statement } = this.#settings
    const settings = [
      `default_transaction_read_only=${readOnly ? 'on' : 'off'}`,
      'default_transaction_isolation=read\\ committed',
      `statement_timeout=${statement}`,
      `idle_in_transaction_session_timeout=${LONGEST_PAUSE}`,
    ]
    // Given to the pool, the time for connecting would also be that for waiting in its line.
    class Client extends pg.Client {
      constructor(config?: ClientConfig) {
        super({ ...config, connectionTimeoutMillis: connect })
      }
    }
    const pool = new pg.Pool({
      connectionString: url,
      max: size,
      Client,
      idleTimeoutMillis: IDLE,
      // Nobody who only has asked something once is kept running by it.
      allowExitOnIdle: true,
      keepAlive: true,
      fallback_application_name: 'trefoil',
      options: settings.map((one) => `-c ${one}`).join(' '),
      types: rowTypes(pg.types),
    })
    // One that is killed while it is idle tells the pool, one in use itself: unheard either ends the process.
    pool.on('error', () => {})
    pool.on('connect', (client) => client.on('error', () => {}))
    this.#made = pool
    return { pool, types: statementTypes(pg.types) }
  }
}

/** @throws DatabaseUnavailable where that takes too long */
async function answered(asked: Promise<unknown>, longest: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new DatabaseUnavailable('PostgreSQL does not answer')),
    longest,
  )
  try {
    await Promise.race([asked, late])
  } finally {
    clearTimeout(timer)
    asked.catch(() => {})
  }
}

/** @throws the reason of the signal */
async function connected(
  pool: Pool,
  wait: number,
  signal: AbortSignal | undefined,
): Promise<PoolClient> {
  const { promise, resolve, reject } = Promise.withResolvers<PoolClient>()
  let isOver = false
  const leave = (reason: unknown) => {
    if (isOver) return
    over()
    reject(reason)
  }
  const gone = () => leave(signal?.reason)
  const timer = setTimeout(
    () => leave(new DatabaseBusy('All connections to PostgreSQL are in use')),
    wait,
  )
  const over = () => {
    isOver = true
    clearTimeout(timer)
    signal?.removeEventListener('abort', gone)
  }
  signal?.addEventListener('abort', gone)
  // One whose certificate is not to be read, say, throws at once.
  const asked = (async () => pool.connect())()
  asked.then(
    (client) => {
      if (isOver) {
        // Nobody waits any more: the next one in the line has it.
        client.release()
        return
      }
      over()
      resolve(client)
    },
    (error: unknown) => leave(ofConnecting(error)),
  )
  return promise
}
