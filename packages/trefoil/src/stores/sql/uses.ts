import type { SqlDialect } from '../../contract/ports/sql.ts'
import { BATCH } from './sweeper.ts'

/** What was used and when, out of one value, as a table of `id` and `at`. */
export const USES: Readonly<Record<SqlDialect, string>> = {
  sqlite: `(select value ->> 'id' as id, value ->> 'at' as at from json_each(?))`,
  postgres: '(select id, at from json_to_recordset(cast(? as json)) as r (id text, at bigint))',
}

/** The newest of each, as texts for {@link USES}: a statement takes no row twice. */
export function newestUses(
  uses: readonly { readonly id: string; readonly at: number }[],
): readonly string[] {
  const newest = new Map<string, number>()
  for (const { id, at } of uses) newest.set(id, Math.max(at, newest.get(id) ?? 0))
  // In one order for all processes: two that write the same rows do not wait for each other.
  const all = [...newest].sort(([one], [other]) => (one < other ? -1 : 1))
  const batches: string[] = []
  for (let from = 0; from < all.length; from += BATCH) {
    batches.push(JSON.stringify(all.slice(from, from + BATCH).map(([id, at]) => ({ id, at }))))
  }
  return batches
}
