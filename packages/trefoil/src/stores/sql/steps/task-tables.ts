import type { SqlStep } from '../../../contract/ports/sql-data.ts'
import { guardIsolation, lockKeys } from './postgres-functions.ts'

/** Frozen: a change is another step. */
export const TASK_STEPS: readonly SqlStep[] = [
  {
    name: '0001-tasks',
    sql: {
      sqlite: `create table trefoil_tasks (
          id text primary key, owner text not null, tenant text, subject text not null, action text not null,
          status text not null, created_at integer not null, updated_at integer not null, ends_at integer not null,
          held_until integer, result text, version integer not null
        ) strict, without rowid;
        create index trefoil_tasks_owner on trefoil_tasks (owner)`,
      // Counting and adding are two statements there, under a lock of the owner's.
      postgres: `create table trefoil_tasks (
          id text collate "C" primary key, owner text not null, tenant text, subject text not null, action text not null,
          status text not null, created_at bigint not null, updated_at bigint not null, ends_at bigint not null,
          held_until bigint, result text, version bigint not null
        );
        create index trefoil_tasks_owner on trefoil_tasks (owner);
        create function trefoil_add_task(asked text, most bigint) returns boolean language plpgsql as $$
        begin
          ${guardIsolation('trefoil_add_task')}
          ${lockKeys('tasks')}
          insert into trefoil_tasks
            select t.* from json_to_recordset(cast(asked as json)) as k (task json)
              cross join json_populate_record(cast(null as trefoil_tasks), k.task) as t
            where (select count(*) from trefoil_tasks as o where o.owner = t.owner and o.ends_at > t.created_at
              and (o.status = 'input_required'
                or (o.status = 'working' and coalesce(o.held_until, t.created_at + 1) > t.created_at))) < most
            on conflict (id) do nothing;
          return found;
        end $$`,
    },
  },
]
