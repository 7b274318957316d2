import type { Migration } from '../../../database.ts'
import type { SqlDialect } from '../../../parts.ts'

/**
 * Steps of the tables that an audit log has in a database. What is looked for stands in columns of its own;
 * the truth is `body`, which the hash is over.
 *
 * Two entries of one number cannot be: each names the one before it, and is only written where that one is,
 * so that two behind the same one would have the same number (SW-26).
 */
export function auditTables(dialect: SqlDialect): readonly Migration[] {
  const whole = dialect === 'sqlite' ? 'integer' : 'bigint'
  const bytes = dialect === 'sqlite' ? 'blob' : 'bytea'
  const strict = dialect === 'sqlite' ? ' strict' : ''
  return [
    {
      name: '0001-entries',
      sql: `create table trefoil_audit_entries (
  stream text not null,
  seq ${whole} not null,
  prev text not null,
  hash text not null,
  body text not null,
  time ${whole} not null,
  type text not null,
  call text,
  subject text,
  tenant text,
  action text,
  outcome text,
  primary key (stream, seq)
)${strict};
create index trefoil_audit_time on trefoil_audit_entries (time);
create index trefoil_audit_subject on trefoil_audit_entries (subject, time) where subject is not null;
create index trefoil_audit_action on trefoil_audit_entries (action, time) where action is not null;
create table trefoil_audit_pruned (
  stream text primary key,
  seq ${whole} not null,
  hash text not null,
  kid text not null,
  mac text not null
)${strict};
create table trefoil_audit_people (
  person text primary key,
  subject text not null,
  tenant text,
  secret ${bytes} not null
)${strict};
create index trefoil_audit_people_subject on trefoil_audit_people (subject)`,
    },
  ]
}
