import { randomUUID } from 'node:crypto'
import type { AnyDatabase } from '../../../database.ts'
import { NOW, Sweeper, sweepByKey } from '../../../inner.ts'

/** What is asked of a database for it. */
export interface AttemptData extends Pick<AnyDatabase, 'dialect' | 'state' | 'tables'> {}

/** Whose rows: of an account, or of an address. */
export type AttemptColumn = 'user_id' | 'ip_hash'

/** Failures of somebody, and the time of the database that wrote them down. */
export interface FoundFailures {
  /** Milliseconds since the Unix epoch, in order. */
  readonly times: readonly number[]
  readonly now: number
}

const TABLE = 'trefoil_login_attempts'
/** More would not lock for longer. */
const MOST_ROWS = 100
/** Rows are kept for so long, for whoever looks into them; none of them counts any more by then. */
const KEPT_DAYS = 30

// A key that any database compares alike; ids of accounts are whatever the app has.
const STEPS = [
  `create table if not exists ${TABLE} (
    id text primary key, user_id text, ip_hash text, at bigint not null, success integer not null, cleared integer not null
  )`,
  `create index if not exists ${TABLE}_user on ${TABLE} (user_id, at)`,
  `create index if not exists ${TABLE}_ip on ${TABLE} (ip_hash, at)`,
] as const

const made = new WeakMap<object, LoginAttempts>()

/**
 * Brings the table of `recordAttempt` and `getLockoutStatus`, so that `trefoil migrate` makes it. Where nobody has called
 * it, the table is made at first use, for which the app must be allowed to.
 *
 * @param data `database()`, before its app starts
 * @throws ImproperlyConfigured when it is called twice, or too late
 */
export function lockoutTables(data: AttemptData): void {
  data.tables('login_attempts', [{ name: '0001-login-attempts', sql: STEPS.join(';\n') }], 'state')
  made.set(data, new LoginAttempts(data, Promise.resolve()))
}

/** The rows of a database. */
export function attemptsIn(data: AttemptData): LoginAttempts {
  let attempts = made.get(Object(data))
  if (attempts === undefined) {
    const known: Partial<AttemptData> | null = Object(data)
    if (typeof known?.state?.run !== 'function') {
      throw new TypeError('Attempts are kept in a database: hand over what database() gives')
    }
    attempts = new LoginAttempts(data, null)
    made.set(data, attempts)
  }
  return attempts
}

/**
 * Attempts as rows, outside units of work: what a call that fails has written stays (SW-02). Nobody writes these but the
 * app itself; `accounts()` counts by reservations.
 */
export class LoginAttempts {
  readonly #data: AttemptData
  readonly #sweeper: Sweeper
  #ready: Promise<unknown> | null

  constructor(data: AttemptData, ready: Promise<unknown> | null) {
    this.#data = data
    this.#ready = ready
    const over = `at < {now} - ${KEPT_DAYS * 86_400_000}`
    this.#sweeper = new Sweeper(
      sweepByKey(data.state, data.dialect, { table: TABLE, key: 'id', over }),
    )
  }

  async add(userId: string | null, ipHash: string | null, isRight: boolean): Promise<void> {
    await this.#made()
    const { state, dialect } = this.#data
    await state.run(
      `insert into ${TABLE} (id, user_id, ip_hash, at, success, cleared)
        values (?, ?, ?, ${NOW[dialect]}, ${isRight ? 1 : 0}, 0)`,
      [randomUUID(), userId, ipHash],
    )
    // The account's alone: whoever has one could otherwise go on trying others from the same address (SW-04).
    if (isRight && userId !== null) {
      await state.run(
        `update ${TABLE} set cleared = 1 where user_id = ? and success = 0 and cleared = 0`,
        [userId],
      )
    }
    this.#sweeper.used()
  }

  async failures(column: AttemptColumn, value: string): Promise<FoundFailures> {
    await this.#made()
    const { state, dialect } = this.#data
    const counts = column === 'user_id' ? 'and cleared = 0' : ''
    const rows = await state.run(
      `select ${NOW[dialect]} as now, at from (select 1 as one) as always left join (
        select at from ${TABLE} where ${column} = ? and success = 0 ${counts}
        order by at desc limit ${MOST_ROWS}) as latest on true order by at`,
      [value],
    )
    const times = rows.flatMap(({ at }) => (at === null ? [] : [Number(at)]))
    return { times, now: Number(rows[0]?.['now']) }
  }

  async #made(): Promise<void> {
    this.#ready ??= this.#make()
    try {
      await this.#ready
    } catch (error) {
      // Whoever comes next tries again.
      this.#ready = null
      throw error
    }
  }

  async #make(): Promise<void> {
    for (const step of STEPS) {
      try {
        await this.#data.state.run(step)
      } catch {
        // Two processes that make one table at the same time meet on PostgreSQL; the second time it is there.
        await this.#data.state.run(step)
      }
    }
  }
}
