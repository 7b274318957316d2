import type { SqlStep } from '../../../contract/ports/sql-data.ts'

/** Whose tables they are, by where they are: PostgreSQL has both in one database. */
export const SPENT_OWNERS = { app: 'spent_tokens', state: 'spent_proofs' } as const

/** Frozen: a change is another step. */
export function spentTokenSteps(owner: string): readonly SqlStep[] {
  return [
    {
      name: '0001-spent',
      sql: {
        sqlite: `create table trefoil_${owner} (digest text primary key, until integer not null) strict, without rowid`,
        postgres: `create table trefoil_${owner} (digest text collate "C" primary key, until bigint not null)`,
      },
    },
  ]
}
