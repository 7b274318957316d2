import type { SqlStep } from '../../../contract/ports/sql-data.ts'

/** Frozen: a change is another step. */
export const API_KEY_STEPS: readonly SqlStep[] = [
  {
    name: '0001-api-keys',
    sql: {
      sqlite: `create table trefoil_api_keys (
          id text primary key, owner text not null, created_at integer not null, revoked_at integer,
          last_used_at integer, version integer not null, secrets text not null, more text not null
        ) strict, without rowid;
        create index trefoil_api_keys_owner on trefoil_api_keys (owner)`,
      postgres: `create table trefoil_api_keys (
          id text collate "C" primary key, owner text not null, created_at bigint not null, revoked_at bigint,
          last_used_at bigint, version bigint not null, secrets text not null, more text not null
        );
        create index trefoil_api_keys_owner on trefoil_api_keys (owner)`,
    },
  },
]
