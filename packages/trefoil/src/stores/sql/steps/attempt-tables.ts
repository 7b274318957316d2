import type { SqlDialect } from '../../../contract/ports/sql.ts'
import type { SqlStep } from '../../../contract/ports/sql-data.ts'
import { NOW } from '../sweep-by-key.ts'
import { guardIsolation, lockKeys } from './postgres-functions.ts'

/** Milliseconds that a try may be under way; one that has longer is of a clock that was set back. Frozen. */
export const LEASE = 10_000

const LEAST = { sqlite: 'min', postgres: 'least' } as const
const GREATEST = { sqlite: 'max', postgres: 'greatest' } as const

/**
 * What the tables say of every budget that is asked for: `asked` has them, as `key`, `threshold`, `base`
 * and `cap`, and `moment` the time. Frozen, as far as it stands in functions of a step.
 */
export function judged(dialect: SqlDialect): string {
  return `counted as (
      select asked.key, asked.threshold, asked.base, asked.cap, moment.now,
        case when c.forget_at > moment.now then c.failures else 0 end as failures,
        ${LEAST[dialect]}(coalesce(c.last_at, 0), moment.now) as last_at,
        (select count(*) from trefoil_attempts_reserved as r
          where r.key = asked.key and r.until > moment.now and r.until <= moment.now + ${LEASE}) as live
      from asked cross join moment left join trefoil_attempts as c on c.key = asked.key),
    judged as (
      select key, now, failures, live,
        ${GREATEST[dialect]}(threshold - failures, 1) as places,
        case when failures < threshold then 0
          else ${GREATEST[dialect]}(last_at + ${lockFor(dialect, 'failures')} - now, 0) end as locked_for
      from counted)`
}

/** Milliseconds; for failures that reach the threshold. */
function lockFor(dialect: SqlDialect, failures: string): string {
  const doublings = `${LEAST[dialect]}(${GREATEST[dialect]}(${failures} - counted.threshold, 0), 30)`
  const shift = dialect === 'sqlite' ? doublings : `cast(${doublings} as integer)`
  return `${LEAST[dialect]}(counted.base << ${shift}, counted.cap)`
}

/** Rows of the table of failures after one more: `key`, `failures`, `last_at`, `forget_at`. From `counted`, with `keep` in `asked`. */
export function oneMore(dialect: SqlDialect): string {
  return rowsAfter(dialect, (lock) => `asked.keep + ${lock}`)
}

/** Those of the first step. What was locked for longer than the window was forgotten with the lock: it never doubled again. Frozen. */
function firstOneMore(dialect: SqlDialect): string {
  return rowsAfter(dialect, (lock) => `${GREATEST[dialect]}(asked.keep, ${lock})`)
}

function rowsAfter(dialect: SqlDialect, keep: (lock: string) => string): string {
  const lock = `case when counted.failures + 1 < counted.threshold then 0
        else ${lockFor(dialect, 'counted.failures + 1')} end`
  return `select counted.key, counted.failures + 1, now,
      now + ${keep(lock)}
    from counted join asked on asked.key = counted.key`
}

const FROM_JSON = `asked as (
      select * from json_to_recordset(cast(asked as json))
        as a (key text, threshold bigint, keep bigint, base bigint, cap bigint)),
    moment as (select ${NOW.postgres} as now)`

/** Frozen, but for the rows that it is handed. */
function failFunction(how: string, rows: string): string {
  return `${how} function trefoil_fail_attempt(asked text, id text)
        returns void language plpgsql as $$
        #variable_conflict use_column
        begin
          ${guardIsolation('trefoil_fail_attempt')}
          ${lockKeys('attempts')}
          with ${FROM_JSON}, ${judged('postgres')}
            insert into trefoil_attempts (key, failures, last_at, forget_at) ${rows}
            on conflict (key) do update set failures = excluded.failures,
              last_at = excluded.last_at, forget_at = excluded.forget_at;
          delete from trefoil_attempts_reserved as r
            where r.id = trefoil_fail_attempt.id
              and r.key in (select k.key from json_to_recordset(cast(asked as json)) as k (key text));
        end $$`
}

/** Frozen: a change is another step. */
export const ATTEMPT_STEPS: readonly SqlStep[] = [
  {
    name: '0001-attempts',
    sql: {
      sqlite: `create table trefoil_attempts (
          key text primary key, failures integer not null, last_at integer not null, forget_at integer not null
        ) strict, without rowid;
        create table trefoil_attempts_reserved (
          key text not null, id text not null, until integer not null, primary key (key, id)
        ) strict, without rowid`,
      postgres: `create table trefoil_attempts (
          key text collate "C" primary key, failures bigint not null, last_at bigint not null, forget_at bigint not null
        ) with (fillfactor = 70);
        create table trefoil_attempts_reserved (
          key text collate "C" not null, id text not null, until bigint not null, primary key (key, id)
        );
        create function trefoil_reserve_attempt(asked text, id text, lease bigint)
        returns table (locked_for bigint, reserved boolean) language plpgsql as $$
        #variable_conflict use_column
        begin
          ${guardIsolation('trefoil_reserve_attempt')}
          ${lockKeys('attempts')}
          return query with ${FROM_JSON}, ${judged('postgres')},
            verdict as (select bool_and(j.locked_for = 0 and live < places) as ok, max(j.locked_for) as longest from judged as j),
            written as (
              insert into trefoil_attempts_reserved (key, id, until)
              select judged.key, trefoil_reserve_attempt.id, judged.now + lease from judged, verdict where ok)
            select cast(longest as bigint), ok from verdict;
        end $$;
        ${failFunction('create', firstOneMore('postgres'))}`,
    },
  },
  {
    name: '0002-attempts-after-long-locks',
    sql: {
      sqlite: '',
      postgres: failFunction('create or replace', oneMore('postgres')),
    },
  },
]
