// STO-1: statements that every call needs are prepared once, on PostgreSQL; test/database/prepared.test.ts is the same on SQLite.
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { hotApp } from '../database/hot-app.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

interface Named {
  readonly statement: string
  readonly used: number
}

describe.skipIf(!hasPostgres)('prepared statements on PostgreSQL', () => {
  test('the entry of a call, and whatever its stores ask, is a statement with a name', async () => {
    const { app, data, once } = hotApp(await createDatabase())
    await app.startup()
    try {
      // By connection: that of the units, which is one, and those outside of units.
      const ofUnits: Named[] = []
      for (let times = 0; times < 6; times++) {
        const status = await once(async (db) => {
          const { rows } =
            await sql<Named>`select statement, (generic_plans + custom_plans)::int as used
            from pg_prepared_statements where name like 'trefoil%'`.execute(db)
          ofUnits.splice(0, ofUnits.length, ...rows)
        })
        expect(status).toBe(200)
      }
      const used = (text: string) => ofUnits.filter(({ statement }) => statement.includes(text))
      // As often as calls before this one have written theirs.
      expect(used('insert into trefoil_audit_entries')).toEqual([
        { statement: expect.any(String), used: 5 },
      ])
      const alone = await data.state.run(
        "select statement from pg_prepared_statements where name like 'trefoil%'",
        [],
      )
      const texts = alone.map(({ statement }) => String(statement)).join('\n')
      for (const name of ['take_rates', 'spent_proofs', 'reserve_attempt']) {
        expect(texts).toContain(`trefoil_${name}`)
      }
    } finally {
      await app.shutdown()
    }
  })
})
