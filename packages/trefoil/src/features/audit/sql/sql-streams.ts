import type { AuditPlace } from '../../../audit-chain.ts'
import type { SqlStatements } from '../../../parts.ts'

/** Of the locks that hold a stream of PostgreSQL; the second number is that of the stream. */
const LOCK_CLASS = 0x7472_6175
const MOST_STREAMS = 4096

/**
 * The first stream that no other connection has, for as long as this one lives: whatever ends it, `kill -9`
 * too, gives the lock back. In the `where`, so that no lock is taken beyond the first.
 */
const CLAIM = `select n from generate_series(0, ${MOST_STREAMS - 1}) as n
  where pg_try_advisory_lock(${LOCK_CLASS}, n) limit 1`

/** Which stream a connection writes, and how far it had come. */
export interface OwnStream {
  readonly stream: string
  /** As far as this process knows; `undefined` for not at all. Its transaction may have been rolled back. */
  head: AuditPlace | null | undefined
  /**
   * Whose transaction the head is of, where that is not known to have been committed: in any other one it may be
   * of one that was rolled back.
   */
  of: SqlStatements | null
}

/**
 * A stream for every connection that writes: one for all of them would have every call of an app wait for the
 * commit of the one before. SQLite has one writer, and one stream.
 */
export class SqlStreams {
  readonly #bySession = new WeakMap<object, OwnStream>()
  readonly #only: OwnStream = { stream: 'main/0', head: undefined, of: null }

  async of(statements: SqlStatements): Promise<OwnStream> {
    const { dialect, session } = statements
    if (dialect === 'sqlite') return this.#only
    if (session === undefined) throw new Error('A unit of PostgreSQL says which connection it has')
    const known = this.#bySession.get(session)
    if (known !== undefined) return known
    const [row] = await statements.run(CLAIM)
    if (row === undefined) throw new Error(`All ${MOST_STREAMS} streams of the audit log are taken`)
    const own = { stream: `main/${Number(row['n'])}`, head: undefined, of: null }
    this.#bySession.set(session, own)
    return own
  }
}
