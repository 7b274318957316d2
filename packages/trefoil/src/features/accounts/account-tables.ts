import type { AnyDatabase, Migration } from '../../database.ts'
import { factorTables } from './mfa/factor-tables.ts'
import { identityTables } from './providers/identity-tables.ts'

/** Frozen once released: a change is another step. */
export function accountTables(dialect: AnyDatabase['dialect']): readonly Migration[] {
  const [int, end, exact] =
    dialect === 'sqlite' ? ['integer', ' strict', ''] : ['bigint', '', ' collate "C"']
  return [
    {
      name: '0001-accounts',
      sql: `create table trefoil_accounts (
  id text${exact} primary key,
  kind text not null,
  tenant text,
  email text${exact} unique,
  username text${exact} unique,
  roles text not null,
  locale text,
  password text,
  password_changed_at ${int},
  breach_state text,
  epoch ${int} not null,
  created_at ${int} not null,
  last_login_at ${int},
  disabled_at ${int}
)${end};
create index trefoil_accounts_anonymous on trefoil_accounts (created_at) where kind = 'anonymous';
create table trefoil_accounts_challenges (
  id text${exact} primary key,
  purpose text not null,
  mail text not null,
  account_id text${exact},
  address text${exact} not null,
  key_id text not null,
  details text not null,
  password text,
  breach_state text,
  created_at ${int} not null,
  expires_at ${int} not null,
  sent_at ${int},
  tries ${int} not null default 0
)${end};
create index trefoil_accounts_challenges_address on trefoil_accounts_challenges (address, purpose);
create index trefoil_accounts_challenges_account on trefoil_accounts_challenges (account_id);
create index trefoil_accounts_challenges_expires on trefoil_accounts_challenges (expires_at);`,
    },
    factorTables(dialect),
    identityTables(dialect),
  ]
}
