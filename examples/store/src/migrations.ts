import type { DatabaseSync } from 'node:sqlite'

/**
 * The schema, one step after the other. A step that has been released is frozen: change the
 * schema by adding a step.
 */
export const MIGRATIONS: readonly string[] = [
  `
  create table products (
    sku text primary key,
    name text not null,
    price_cents integer not null check (price_cents > 0)
  ) strict, without rowid;

  create table orders (
    number integer primary key autoincrement,
    id text not null unique generated always as ('ord_' || number) stored,
    customer_id text not null,
    sku text not null references products (sku),
    quantity integer not null check (quantity between 1 and 100),
    status text not null check (status in ('pending', 'paid', 'shipped', 'cancelled')),
    total_cents integer not null check (total_cents > 0),
    note text
  ) strict;

  create index orders_by_status on orders (status, number);
  `,
  `
  create table approval_requests (
    hash text not null,
    subject text not null,
    action text not null,
    args text not null,
    asked_ms integer not null,
    primary key (hash, subject)
  ) strict;

  create index approval_requests_by_time on approval_requests (asked_ms);

  create table approvals (
    digest text primary key,
    hash text not null,
    subject text not null,
    expires_ms integer not null,
    used_ms integer
  ) strict, without rowid;
  `,
]

/**
 * Brings the schema up to date and fills a new database, all in one transaction.
 *
 * @param seed called once in the life of a database, right after its first migration
 * @throws Error when the database was made by a newer store
 */
export function migrate(connection: DatabaseSync, seed: (connection: DatabaseSync) => void): void {
  if (schemaVersion(connection) === MIGRATIONS.length) return
  // Taken before the version is read again, so that of two processes starting on one file the
  // second waits, sees the work done, and does not seed a second time.
  connection.exec('begin immediate')
  try {
    const version = schemaVersion(connection)
    if (version > MIGRATIONS.length) {
      throw new Error(`The database has schema ${version}; this store knows ${MIGRATIONS.length}`)
    }
    for (const step of MIGRATIONS.slice(version)) connection.exec(step)
    connection.exec(`pragma user_version = ${MIGRATIONS.length}`)
    if (version === 0) seed(connection)
    connection.exec('commit')
  } catch (error) {
    connection.exec('rollback')
    throw error
  }
}

function schemaVersion(connection: DatabaseSync): number {
  return Number(connection.prepare('pragma user_version').get()?.['user_version'])
}
