import type { SqlStep } from '../../../contract/ports/sql-data.ts'

/** Frozen: a change is another step. */
export const REFRESH_FAMILY_STEPS: readonly SqlStep[] = [
  {
    name: '0001-refresh-families',
    // One row a family, so that a rotation is one statement; digests of earlier tokens stand beside it.
    sql: {
      sqlite: `create table trefoil_refresh_families (
          id text primary key, owner text not null, tenant text, subject text not null, client_id text, session text,
          created_at integer not null, ends_at integer not null, revoked_at integer, reason text, details text not null,
          digest text not null unique, until integer not null,
          previous text unique, rotated_at integer, sealed text
        ) strict, without rowid;
        create index trefoil_refresh_families_owner on trefoil_refresh_families (owner);
        create table trefoil_refresh_families_used (
          digest text primary key, family text not null, ends_at integer not null
        ) strict, without rowid`,
      postgres: `create table trefoil_refresh_families (
          id text collate "C" primary key, owner text not null, tenant text, subject text not null, client_id text, session text,
          created_at bigint not null, ends_at bigint not null, revoked_at bigint, reason text, details text not null,
          digest text collate "C" not null unique, until bigint not null,
          previous text collate "C" unique, rotated_at bigint, sealed text
        );
        create index trefoil_refresh_families_owner on trefoil_refresh_families (owner);
        create table trefoil_refresh_families_used (
          digest text collate "C" primary key, family text not null, ends_at bigint not null
        )`,
    },
  },
]
