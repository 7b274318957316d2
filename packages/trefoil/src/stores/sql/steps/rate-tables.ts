import type { SqlStep } from '../../../contract/ports/sql-data.ts'
import { guardIsolation, lockKeys } from './postgres-functions.ts'

/** Frozen: a change is another step. */
export const RATE_STEPS: readonly SqlStep[] = [
  {
    name: '0001-rates',
    sql: {
      sqlite:
        'create table trefoil_rates (key text primary key, full_at integer not null) strict, without rowid',
      // No index over the time, and room in each page: counting then touches the row alone.
      postgres: `create table trefoil_rates (key text collate "C" primary key, full_at bigint not null)
          with (fillfactor = 70);
        create function trefoil_take_rates(asked text)
        returns table (key text, full_at bigint, now bigint, taken boolean) language plpgsql as $$
        #variable_conflict use_column
        declare moment bigint;
        begin
          ${guardIsolation('trefoil_take_rates')}
          ${lockKeys('rates')}
          moment := cast(extract(epoch from clock_timestamp()) * 1000000 as bigint);
          return query
            with held as (
              select a.key, a.capacity, coalesce(r.full_at, 0) as full_at,
                greatest(moment, least(coalesce(r.full_at, 0), moment + a.capacity)) + a.cost as next
              from json_to_recordset(cast(asked as json)) as a (key text, cost bigint, capacity bigint)
              left join trefoil_rates as r on r.key = a.key),
            judged as (select bool_and(next <= moment + capacity) as ok from held),
            written as (
              insert into trefoil_rates (key, full_at) select key, next from held, judged where ok
              on conflict (key) do update set full_at = excluded.full_at)
            select held.key, held.full_at, moment, judged.ok from held, judged;
        end $$`,
    },
  },
]
