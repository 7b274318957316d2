import type { AnyDatabase, Migration } from '../../../database.ts'

/** Second factors, what gets past a lost one, and devices that are not asked. Frozen once released. */
export function factorTables(dialect: AnyDatabase['dialect']): Migration {
  const [int, end, exact] =
    dialect === 'sqlite' ? ['integer', ' strict', ''] : ['bigint', '', ' collate "C"']
  return {
    name: '0002-factors',
    sql: `alter table trefoil_accounts add column mfa_required ${int} not null default 0;
create table trefoil_accounts_factors (
  id text${exact} primary key,
  account_id text${exact} not null,
  kind text not null,
  name text not null,
  key_id text,
  secret text,
  credential_id text${exact} unique,
  public_key text,
  counter ${int} not null,
  details text not null,
  created_at ${int} not null,
  confirmed_at ${int},
  used_at ${int}
)${end};
create index trefoil_accounts_factors_account on trefoil_accounts_factors (account_id);
create table trefoil_accounts_recovery (
  account_id text${exact} not null,
  digest text${exact} not null,
  salt text not null,
  created_at ${int} not null,
  primary key (account_id, digest)
)${end};
create table trefoil_accounts_trusted (
  id text${exact} primary key,
  account_id text${exact} not null,
  epoch ${int} not null,
  device text,
  created_at ${int} not null,
  expires_at ${int} not null
)${end};
create index trefoil_accounts_trusted_account on trefoil_accounts_trusted (account_id);
create index trefoil_accounts_trusted_expires on trefoil_accounts_trusted (expires_at);`,
  }
}

/** Tables whose rows hang on an account: they go with it. */
export const TABLES_OF_ACCOUNT: readonly string[] = [
  'trefoil_accounts_factors',
  'trefoil_accounts_recovery',
  'trefoil_accounts_trusted',
  'trefoil_accounts_identities',
]
