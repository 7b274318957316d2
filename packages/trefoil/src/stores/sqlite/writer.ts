import type { DatabaseSync, Session } from 'node:sqlite'
import { systemClock } from '../../base/clock.ts'
import type { Awaitable } from '../../base/promise.ts'
import type { SqlRow, SqlValue } from '../../contract/ports/sql.ts'
import type { ConnectionLoad } from '../sql/sql-store.ts'
import { type Busy, DatabaseBusy } from '../sql/store-errors.ts'
import { nodeSqlite } from './node-sqlite.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { refuseOfConnection } from './statements.ts'

/** SQLite's own number, without what the upper bits add: somebody else holds the lock. */
const BUSY = 5
/** Milliseconds for which opening may wait for the lock, before anything is served. */
const OPENING = 5000
/** Units that share one commit at most. */
const MOST_IN_GROUP = 64
/** Milliseconds for which units that are done are joined by others. */
const LONGEST_WAIT_FOR_GROUP = 5
/**
 * Milliseconds after which a unit is ended that turned out not to be short, while others that are done wait for
 * it, and a rehearsal, which is not worth as much waiting.
 */
const LONGEST_IN_GROUP = 2000
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
  /** True where the transaction is that of another connection: the turn is all that is taken. */
  readonly isElsewhere?: boolean
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
 * Units share a commit (a savepoint each): with `synchronous = FULL` the commit is most of what a short
 * unit costs. It is made when the event loop has come round, so that all who arrived together share it,
 * and nobody is told of success before.
 */
export class Writer {
  readonly connection: SqliteConnection
  readonly #database: DatabaseSync
  readonly #busy: Busy
  readonly #queue: Waiting[] = []
  #group: Finished[] = []
  #isTaken = false
  /** Counts the turns: who had one before has it no more. */
  #turn = 0
  /** True while the unit that has the turn is inside a savepoint of a transaction of others. */
  #isInside = false
  #groups = true
  #changesTables = false
  #holder = ''
  #soon: NodeJS.Immediate | null = null
  /** Ends what has the turn elsewhere. */
  #endElsewhere: (() => void) | null = null
  /** Ends a unit inside that others wait for. */
  #watch: NodeJS.Timeout | null = null

  /** @param busy what is thrown where something was not to be had in time */
  constructor(file: string, synchronous: Synchronous, busy: Busy) {
    this.#busy = busy
    this.#database = openWriter(file, synchronous)
    this.connection = new SqliteConnection(this.#database, refuseOfConnection)
    this.lookAtSchema()
  }

  get load(): ConnectionLoad {
    const inUse = this.#isTaken ? 1 : 0
    return { pool: 'writer', inUse, idle: 1 - inUse, waiting: this.#queue.length }
  }

  /**
   * @param turn what {@link Writer.take} gave
   * @throws Error when the transaction is over: every further statement would be kept by itself
   */
  refuseLost(turn: number): void {
    if (turn !== this.#turn)
      throw this.#busy(
        new DatabaseBusy('Others have waited for too long for this unit of work to end'),
      )
    if (!this.#isInTransaction()) throw transactionLost()
  }

  /** What is checked at the commit, or rolls back all there is, would fail all who share it. */
  lookAtSchema(): void {
    const shared =
      "select 1 from sqlite_schema where sql like '%deferred%' or sql like '%rollback%' limit 1"
    this.#groups = this.#database.prepare(shared).get() === undefined
  }

  /**
   * Waits for the turn and takes the lock.
   *
   * @param holder who it is, for those who wait too long
   * @returns the number of the turn
   * @throws DatabaseBusy when that takes too long
   */
  async take(holder: string, options: Turn): Promise<number> {
    const until = systemClock.elapsed() + options.wait
    if (this.#isTaken) await this.#wait(options)
    this.#isTaken = true
    try {
      const waiting = this.#begin(until, options)
      if (waiting !== null) await waiting
    } catch (error) {
      this.#pass()
      throw error
    }
    this.#holder = holder
    return this.#turn
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
      this.#flush()
      try {
        return this.connection.run(sql, values)
      } catch (error) {
        if (!isBusy(error)) throw error
      }
    }
    return this.#runInTurn(sql, values, wait)
  }

  /**
   * Takes the turn for a transaction of another connection.
   *
   * @param end takes it back, where others have waited for too long
   * @returns gives the turn up
   */
  async takeElsewhere(holder: string, options: Turn, end: () => void): Promise<() => void> {
    const turn = await this.take(holder, { ...options, isShort: false, isElsewhere: true })
    const limit = setInterval(() => {
      if (turn === this.#turn && this.#queue.length > 0) end()
    }, LONGEST_IN_GROUP)
    this.#endElsewhere = end
    return () => {
      clearInterval(limit)
      if (turn !== this.#turn) return
      this.#endElsewhere = null
      this.#pass()
    }
  }

  /** Resolves when what was done is kept. */
  commit(turn: number): Promise<void> {
    try {
      this.refuseLost(turn)
      this.connection.endStreams()
      if (this.#isInside) this.#database.exec('release unit')
    } catch (error) {
      this.rollback(turn)
      throw error
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#group.push({ at: systemClock.elapsed(), resolve, reject })
    this.#pass()
    return promise
  }

  /** Takes back what the unit has done, and nothing of those that share its transaction. */
  rollback(turn: number): void {
    // Taken back already.
    if (turn !== this.#turn) return
    try {
      this.connection.endStreams()
      this.refuseLost(turn)
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

  /** Notes what is changed from now on. */
  watch(): Session {
    return this.#database.createSession()
  }

  /** Whoever is in the middle of something has it taken back. */
  close(): void {
    if (!this.#isTaken) this.#flush()
    this.#endElsewhere?.()
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
    if (this.#isTaken) await this.#wait(turn)
    this.#isTaken = true
    this.#holder = 'a statement of its own'
    this.#flush()
    try {
      return await this.#withLock(until, turn, () => this.connection.run(sql, values))
    } finally {
      this.#pass()
    }
  }

  /** `null` where nothing had to be waited for. */
  #begin(until: number, options: Turn): Promise<void> | null {
    // Others may have begun to wait while it was taken.
    if (this.#group.length > 0 && !this.#mayJoin(options)) this.#flush()
    this.#isInside = this.#group.length > 0
    if (this.#isInside) {
      this.#database.exec('savepoint unit')
      return null
    }
    if (options.isElsewhere === true) return null
    if (options.changesTables === true) {
      this.#changesTables = true
      this.#database.exec('pragma foreign_keys = off')
    }
    const begin = () => this.#database.exec('begin immediate')
    try {
      begin()
      return null
    } catch (error) {
      if (!isBusy(error)) throw error
      return this.#withLock(until, options, begin)
    }
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
          const why = 'Another process has held the lock for too long'
          throw this.#busy(new DatabaseBusy(why, { cause: error }))
        }
      }
      await elapsed(pause, turn.signal())
    }
  }

  /** Resolves when it is this one's turn. */
  async #wait(turn: Turn): Promise<void> {
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
      () => leave(this.#busy(new DatabaseBusy(`The writer is held by ${this.#holder}`))),
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
    this.#turn++
    const next = this.#queue.shift()
    if (this.#group.length > 0) {
      if (next === undefined && this.#groups && !this.#changesTables) this.#flushSoon()
      else if (next === undefined || !this.#mayJoin(next)) this.#flush()
    }
    if (this.#changesTables) this.#restoreForeignKeys()
    if (next === undefined) this.#isTaken = false
    else next.start()
  }

  #mayJoin({ isShort }: { readonly isShort: boolean }): boolean {
    const [first] = this.#group
    if (!isShort || first === undefined || !this.#groups || this.#changesTables) return false
    const isFull = this.#group.length >= MOST_IN_GROUP
    return !isFull && systemClock.elapsed() - first.at < LONGEST_WAIT_FOR_GROUP
  }

  /** Whoever comes in the same round of the event loop shares the commit. */
  #flushSoon(): void {
    this.#soon ??= setImmediate(() => {
      this.#soon = null
      if (!this.#isTaken) this.#flush()
      else if (this.#group.length > 0) {
        // One that was said to be short has not come to its end in this round.
        this.#watch ??= setTimeout(() => this.#evict(), LONGEST_IN_GROUP)
      }
    })
  }

  /** Its call is told that nothing was done; those that wait on it have done their part. */
  #evict(): void {
    this.#watch = null
    if (this.#group.length === 0 || !this.#isTaken) return
    if (this.#isInside) this.rollback(this.#turn)
  }

  #calm(): void {
    if (this.#soon !== null) clearImmediate(this.#soon)
    if (this.#watch !== null) clearTimeout(this.#watch)
    this.#soon = null
    this.#watch = null
  }

  #restoreForeignKeys(): void {
    this.#changesTables = false
    if (this.#database.isOpen) this.#database.exec('pragma foreign_keys = on')
  }

  /** Commits what is done, if there is something. Not while a unit is inside. */
  #flush(): void {
    if (this.#group.length === 0) return
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
    this.#calm()
    const group = this.#group
    this.#group = []
    return group
  }
}

function openWriter(file: string, synchronous: Synchronous): DatabaseSync {
  const { DatabaseSync } = nodeSqlite()
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
