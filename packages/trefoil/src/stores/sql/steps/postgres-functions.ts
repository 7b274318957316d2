/**
 * Pieces of functions that count for several keys at once. Steps are frozen, and so are these: their text
 * is part of them.
 */

/** Numbers of ours, beside which a key's hash names a lock. */
const CLASSES = { rates: 7_217_002, attempts: 7_217_003, tasks: 7_217_004 } as const

/**
 * Under any other isolation a function sees what was there before it waited for its locks, and would let
 * two take the same.
 */
export function guardIsolation(name: string): string {
  return `if current_setting('transaction_isolation') <> 'read committed' then
            raise exception '${name} must run in read committed, outside units of work';
          end if;`
}

/**
 * Until the end of the transaction, in one order for all: two that lock in different orders would wait for
 * each other. Rows that are not there yet cannot be locked themselves.
 */
export function lockKeys(of: keyof typeof CLASSES): string {
  return `perform pg_advisory_xact_lock(${CLASSES[of]}, a.hash) from (
            select distinct hashtext(k.key) as hash
            from json_to_recordset(cast(asked as json)) as k (key text) order by hash) as a;`
}
