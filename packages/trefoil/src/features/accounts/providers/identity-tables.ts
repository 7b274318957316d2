import type { AnyDatabase, Migration } from '../../../database.ts'

/** A step of the tables of accounts. Frozen once released. */
export function identityTables(dialect: AnyDatabase['dialect']): Migration {
  const [int, end, exact] =
    dialect === 'sqlite' ? ['integer', ' strict', ''] : ['bigint', '', ' collate "C"']
  return {
    name: '0003-identities',
    sql: `create table trefoil_accounts_identities (
  id text${exact} primary key,
  account_id text${exact} not null,
  provider text${exact} not null,
  issuer text${exact} not null,
  subject text${exact} not null,
  linked_at ${int} not null,
  used_at ${int},
  unique (issuer, subject)
)${end};
create index trefoil_accounts_identities_account on trefoil_accounts_identities (account_id);`,
  }
}
