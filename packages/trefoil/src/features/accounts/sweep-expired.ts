import type { AnyDatabase } from '../../database.ts'

/** Rows that one unit removes at most. */
const SWEPT = 500

/**
 * Removes the rows of a table of ours that were over before a time, in units of its own: nobody waits long for one of them.
 *
 * @param table with `id`, and an index on `expires_at`
 * @param before milliseconds since the Unix epoch
 */
export async function sweepExpired(
  data: AnyDatabase,
  table: string,
  before: number,
  signal: AbortSignal,
): Promise<void> {
  const text = `delete from ${table} where id in
    (select id from ${table} where expires_at < ? order by expires_at limit ?) returning id`
  let removed: number
  do {
    removed = await data.unit(
      async (unit) => (await data.statements(unit).run(text, [before, SWEPT])).length,
      signal,
    )
  } while (removed === SWEPT && !signal.aborted)
}
