import type { SqlStep } from '../../../contract/ports/sql-data.ts'

/** Frozen: a change is another step. */
export const LOGIN_SESSION_STEPS: readonly SqlStep[] = [
  {
    name: '0001-login-sessions',
    sql: {
      sqlite: `create table trefoil_login_sessions (
          id text primary key, digest text not null, owner text not null, tenant text, subject text not null,
          created_at integer not null, seen_at integer not null, idle integer not null, ends_at integer not null,
          revoked_at integer, details text not null, version integer not null
        ) strict, without rowid;
        create index trefoil_login_sessions_owner on trefoil_login_sessions (owner)`,
      postgres: `create table trefoil_login_sessions (
          id text collate "C" primary key, digest text not null, owner text not null, tenant text, subject text not null,
          created_at bigint not null, seen_at bigint not null, idle bigint not null, ends_at bigint not null,
          revoked_at bigint, details text not null, version bigint not null
        ) with (fillfactor = 80);
        create index trefoil_login_sessions_owner on trefoil_login_sessions (owner)`,
    },
  },
]
