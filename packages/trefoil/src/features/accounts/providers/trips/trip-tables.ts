import type { SqlStep } from '../../../../stores.ts'

/** The table, under the owner `account_oauth` in the database of `state`. */
export const TRIP_STEPS: readonly SqlStep[] = [
  {
    name: '0001-account-oauth',
    sql: {
      sqlite: `create table trefoil_account_oauth (
  id text primary key,
  kind text not null,
  provider text not null,
  holder text not null,
  key_id text not null,
  account_id text,
  details text not null,
  created_at integer not null,
  expires_at integer not null
) strict, without rowid;`,
      postgres: `create table trefoil_account_oauth (
  id text collate "C" primary key,
  kind text not null,
  provider text not null,
  holder text not null,
  key_id text not null,
  account_id text,
  details text not null,
  created_at bigint not null,
  expires_at bigint not null
);`,
    },
  },
]
