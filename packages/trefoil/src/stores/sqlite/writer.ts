import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../../base/clock.ts'
import type { Awaitable } from '../../base/promise.ts'
import type { SqlRow, SqlValue } from '../../contract/ports/sql.ts'
import { DatabaseBusy } from './database-busy.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { refuseOfConnection } from './statements.ts'

/** SQLite's own number, without what the upper bits add: somebody else holds the lock. */
const BUSY = 5
/** Milliseconds for which opening may wait for the lock, before anything is served. */
const OPENING = 5000
/** Units that share one commit at most. */
const MOST_IN_GROUP = 32
/** Milliseconds that a unit which is done waits for others to share its commit with. */
const LONGEST_WAIT_FOR_GROUP = 5
/** Milliseconds between two tries for a lock that another process holds, at most. */
const LONGEST_PAUSE = 20

/** When SQLite waits for the disk; `OFF` is for what is thrown away. */
export type Synchronous = 'FULL' | 'NORMAL' | 'OFF'

/** How a unit of work waits for the writer. */
export interface Turn {
  /** Milliseconds; then it ends with {@link DatabaseBusy}. */
  readonly wait: number
  /**
   * Aborted when nobody waits any more: rejects with its reason, and the turn is another's. Asked for
   * where there is something to wait for: a call makes its signal on first use.
   */
  signal(): AbortSignal | undefined
  /** True for what is known to be short: it may share the commit of the units before it. */
  readonly isShort: boolean
  /** True without foreign keys, which cannot be switched off once the transaction has begun. */
  readonly changesTables?: boolean
}

interface Waiting {
  readonly isShort: boolean
  start(): void
}

/** A unit that is done and not yet committed. */
interface Finished {
  readonly at: number
  resolve(): void
  reject(error: unknown): void
}

/**
 * The one connection of this process that writes, for one unit of work at a time. Others wait in a queue
 * here, and not in SQLite: its own way of waiting blocks the thread, and with it whoever could let go.
 *
 * Units that were waiting share a commit (a savepoint each): with `synchronous = FULL` the commit is most
 * of what a short unit costs. Nobody is told of success before it has been made.
 */
export class Writer {
  readonly connection: SqliteConnection
  readonly #database: DatabaseSync
  readonly #queue: Waiting[] = []
  #group: Finished[] = []
  #isTaken = false
  /** True while the unit that has the turn is inside a savepoint of a transaction of others. */
  #isInside = false
  #groups = true
  #changesTables = false
  #holder = ''

  constructor(file: string, synchronous: Synchronous) {
    this.#database = openWriter(file, synchronous)
    this.connection = new SqliteConnection(this.#database, refuseOfConnection)
    this.lookAtSchema()
  }

  /** @throws Error when the transaction is over: every further statement would be kept by itself */
  refuseLost(): void {
    if (!this.#isInTransaction()) throw transactionLost()
  }

  /** A constraint that is checked at the commit would fail all who share it. */
  lookAtSchema(): void {
    const deferred = "select 1 from sqlite_schema where sql like '%deferred%' limit 1"
    this.#groups = this.#database.prepare(deferred).get() === undefined
  }

  /**
   * Waits for the turn and takes the lock.
   *
   * @param holder who it is, for those who wait too long
   * @throws DatabaseBusy when that takes too long
   */
  async take(holder: string, options: Turn): Promise<void> {
    const until = systemClock.elapsed() + options.wait
    if (this.#isTaken) await this.#turn(options)
    this.#isTaken = true
    try {
      await this.#begin(until, options)
    } catch (error) {
      this.#pass()
      throw error
    }
    this.#holder = holder
  }

  /**
   * Runs a statement that is a transaction of its own: at once where nobody has the turn, and then there
   * is nothing to wait for.
   *
   * @param wait milliseconds for the turn and the lock
   * @throws DatabaseBusy when that takes longer
   */
  runAlone(sql: string, values: readonly SqlValue[], wait: number): Awaitable<readonly SqlRow[]> {
    if (!this.#isTaken) {
      try {
        return this.connection.run(sql, values)
      } catch (error) {
        if (!isBusy(error)) throw error
      }
    }
    return this.#runInTurn(sql, values, wait)
  }

  /** Resolves when what was done is kept. */
  async commit(): Promise<void> {
    try {
      this.connection.endStreams()
      this.refuseLost()
      if (this.#isInside) this.#database.exec('release unit')
    } catch (error) {
      this.rollback()
      throw error
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#group.push({ at: systemClock.elapsed(), resolve, reject })
    this.#pass()
    return promise
  }

  /** Takes back what the unit has done, and nothing of those that share its transaction. */
  rollback(): void {
    try {
      this.connection.endStreams()
      this.refuseLost()
      this.#database.exec(this.#isInside ? 'rollback to unit; release unit' : 'rollback')
    } catch (error) {
      // Of a disk that fails, say. Nobody else may go on in what is left of it.
      this.#abandon(error)
    } finally {
      this.#pass()
    }
  }

  exec(sql: string): void {
    this.#database.exec(sql)
  }

  /** What has not been committed is not kept. */
  close(): void {
    this.#fail(new Error('The database was closed before the unit of work was committed'))
    if (this.#database.isOpen) this.#database.close()
    for (const waiting of this.#queue.splice(0)) waiting.start()
  }

  async #runInTurn(
    sql: string,
    values: readonly SqlValue[],
    wait: number,
  ): Promise<readonly SqlRow[]> {
    const turn: Turn = { wait, signal: () => undefined, isShort: false }
    const until = systemClock.elapsed() + wait
    if (this.#isTaken) await this.#turn(turn)
    this.#isTaken = true
    this.#holder = 'a statement of its own'
    try {
      return await this.#withLock(until, turn, () => this.connection.run(sql, values))
    } finally {
      this.#pass()
    }
  }

  async #begin(until: number, options: Turn): Promise<void> {
    this.#isInside = this.#group.length > 0
    if (this.#isInside) {
      this.#database.exec('savepoint unit')
      return
    }
    if (options.changesTables === true) {
      this.#changesTables = true
      this.#database.exec('pragma foreign_keys = off')
    }
    await this.#withLock(until, options, () => this.#database.exec('begin immediate'))
  }

  /** Does what takes the lock, again and again while another process has it. */
  async #withLock<Value>(until: number, turn: Turn, work: () => Value): Promise<Value> {
    for (let pause = 0; ; pause = Math.min(LONGEST_PAUSE, pause * 2 + 1)) {
      if (!this.#database.isOpen) throw new Error('The database is closed')
      try {
        return work()
      } catch (error) {
        if (!isBusy(error)) throw error
        if (systemClock.elapsed() + pause > until) {
          throw new DatabaseBusy('Another process has held the lock for too long', { cause: error })
        }
      }
      await elapsed(pause, turn.signal())
    }
  }

  /** Resolves when it is this one's turn. */
  async #turn(turn: Turn): Promise<void> {
    const { wait, isShort } = turn
    const signal = turn.signal()
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const leave = (reason: unknown) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', gone)
      this.#queue.splice(this.#queue.indexOf(waiting), 1)
      reject(reason)
    }
    const gone = () => leave(signal?.reason)
    const timer = setTimeout(
      () => leave(new DatabaseBusy(`The writer is held by ${this.#holder}`)),
      wait,
    )
    const waiting: Waiting = {
      isShort,
      start: () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', gone)
        resolve()
      },
    }
    signal?.addEventListener('abort', gone)
    this.#queue.push(waiting)
    return promise
  }

  /** The turn is over: commits what is due, and hands the turn on. */
  #pass(): void {
    const [next] = this.#queue
    if (this.#group.length > 0 && !this.#mayJoin(next)) this.#flush()
    if (this.#changesTables) this.#restoreForeignKeys()
    this.#queue.shift()
    if (next === undefined) this.#isTaken = false
    else next.start()
  }

  #mayJoin(next: Waiting | undefined): boolean {
    const [first] = this.#group
    if (next === undefined || !next.isShort || first === undefined) return false
    if (!this.#groups || this.#changesTables) return false
    const isFull = this.#group.length >= MOST_IN_GROUP
    return !isFull && systemClock.elapsed() - first.at < LONGEST_WAIT_FOR_GROUP
  }

  #restoreForeignKeys(): void {
    this.#changesTables = false
    if (this.#database.isOpen) this.#database.exec('pragma foreign_keys = on')
  }

  #flush(): void {
    try {
      this.#database.exec('commit')
    } catch (error) {
      this.#abandon(error)
      return
    }
    for (const { resolve } of this.#takeGroup()) resolve()
  }

  #isInTransaction(): boolean {
    return this.#database.isOpen && this.#database.isTransaction
  }

  /** Nothing of the transaction is kept, nor of what is done in it already. Never throws. */
  #abandon(error: unknown): void {
    this.#fail(error)
    try {
      if (this.#isInTransaction()) this.#database.exec('rollback')
    } catch {
      // The next `begin` fails with the reason, and the turn must go on to whoever waits.
    }
  }

  #fail(error: unknown): void {
    for (const { reject } of this.#takeGroup()) reject(error)
  }

  #takeGroup(): readonly Finished[] {
    const group = this.#group
    this.#group = []
    return group
  }
}

function openWriter(file: string, synchronous: Synchronous): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: OPENING, enableForeignKeyConstraints: true })
  try {
    database.exec(`pragma journal_mode = wal; pragma synchronous = ${synchronous}`)
    // From now on waiting is ours.
    database.exec('pragma busy_timeout = 0')
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

function isBusy(error: unknown): boolean {
  const { errcode }: { errcode?: unknown } = Object(error)
  return typeof errcode === 'number' && (errcode & 255) === BUSY
}

function transactionLost(): Error {
  return new Error(
    'The transaction of the unit of work is over: SQLite rolled it back, or the database was closed',
  )
}

/** @throws the reason of the signal */
async function elapsed(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const gone = () => {
    clearTimeout(timer)
    reject(signal?.reason)
  }
  const timer = setTimeout(() => {
    signal?.removeEventListener('abort', gone)
    resolve()
  }, ms)
  signal?.addEventListener('abort', gone)
  return promise
}
