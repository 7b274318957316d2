import type { SqlDialect, SqlStatements } from '../../contract/ports/sql.ts'
import { BATCH, type Swept } from './sweeper.ts'

/** Which rows of a table nothing can come of any more. */
export interface Leftovers {
  readonly table: string
  /** The column that the batches go by; unique, or nearly so. */
  readonly key: string
  /** A condition; `{now}` stands for milliseconds by the clock of the database. */
  readonly over: string
}

/** Milliseconds since the Unix epoch, by the clock of the database. */
export const NOW: Readonly<Record<SqlDialect, string>> = {
  sqlite: `cast(unixepoch('subsec') * 1000 as integer)`,
  postgres: `cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
}

/** Any number of ours; the pair with it names what is locked. */
const LOCK_CLASS = 7_217_001

/**
 * Goes through a table by its key, a batch at a time: no index over times has to be kept for it, which
 * would cost more at each write than this does in a minute. On PostgreSQL one process at a time does so;
 * two would do no harm.
 *
 * @returns what a sweeper calls
 */
export function sweepByKey(
  state: Pick<SqlStatements, 'run'>,
  dialect: SqlDialect,
  { table, key, over }: Leftovers,
): () => Promise<Swept> {
  const batch = `select max(${key}) as last, count(*) as seen
    from (select ${key} from ${table} where ${key} > ? order by ${key} limit ${BATCH}) as batch`
  const lock =
    dialect === 'sqlite'
      ? ''
      : `and (select pg_try_advisory_xact_lock(${LOCK_CLASS}, hashtext('${table}')))`
  const remove = `delete from ${table} where ${key} > ? and ${key} <= ?
    and ${over.replaceAll('{now}', NOW[dialect])} ${lock} returning 1 as gone`
  let from = ''
  return async () => {
    const [row] = await state.run(batch, [from])
    const last = row?.['last']
    if (typeof last !== 'string') {
      from = ''
      return { isEnd: true, seen: 0, removed: 0 }
    }
    const removed = (await state.run(remove, [from, last])).length
    const seen = Number(row?.['seen'])
    const isEnd = seen < BATCH
    from = isEnd ? '' : last
    return { isEnd, seen, removed }
  }
}
