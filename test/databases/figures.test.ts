// P-MWL-8: what a database counts for metrics(), on PostgreSQL; test/parts/figures.test.ts is the same on SQLite.
import { sql } from 'kysely'
import { database } from 'trefoil/database'
import { describe, expect, test, vi } from 'vitest'
import { countsAll, figured } from '../parts/figures-suite.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

// Machines that have other things to do are slow.
vi.setConfig({ testTimeout: 120_000 })

describe.skipIf(!hasPostgres)('figures of a database on PostgreSQL', () => {
  test('units, connections and jobs', async () => {
    const url = await createDatabase()
    const own = figured(url, 'start')
    await own.app.startup()
    try {
      await countsAll(own, 'units')
    } finally {
      await own.app.shutdown()
    }
  })

  test('a unit that met another one is a conflict, and who waits for a connection is counted', async () => {
    const data = database<{ stock: { id: number; count: number } }>({
      url: await createDatabase(),
      migrate: 'start',
      connections: 2,
      migrations: [
        {
          name: '0001',
          sql: 'create table stock (id integer primary key, count integer not null); insert into stock values (1, 0)',
        },
      ],
    })
    const figureOf = async (name: string, labels: Readonly<Record<string, string>> = {}) => {
      const found = (await data.figures?.())?.find((one) => one.name === name)
      return found?.samples.find(({ labels: own = {} }) =>
        Object.entries(labels).every(([label, value]) => own[label] === value),
      )?.value
    }
    await data.figures?.()
    await data.start?.({ log: { warn() {} } } as never)
    try {
      const both = Promise.withResolvers<void>()
      let inside = 0
      const add = () =>
        data.unit(async (db) => {
          const { count } = await db.selectFrom('stock').select('count').executeTakeFirstOrThrow()
          inside++
          if (inside === 2) both.resolve()
          await both.promise
          await db
            .updateTable('stock')
            .set({ count: count + 1 })
            .execute()
        })
      await Promise.all([add(), add()])
      expect(await sql`select count from stock`.execute(data.queries())).toMatchObject({
        rows: [{ count: 2 }],
      })
      expect(await figureOf('trefoil_units_total', { outcome: 'conflict' })).toBe(1)
      expect(
        await figureOf('trefoil_units_total', { outcome: 'committed' }),
      ).toBeGreaterThanOrEqual(2)

      const held = Promise.withResolvers<void>()
      const [one, two, three] = [1, 2, 3].map(() => data.unit(() => held.promise))
      await expect.poll(() => figureOf('trefoil_database_queue', { pool: 'units' })).toBe(1)
      expect(await figureOf('trefoil_units_waiting')).toBe(1)
      expect(
        await figureOf('trefoil_database_connections', { pool: 'units', state: 'in_use' }),
      ).toBe(2)
      held.resolve()
      await Promise.all([one, two, three])
      await expect
        .poll(() => figureOf('trefoil_database_connections', { pool: 'units', state: 'idle' }))
        .toBe(2)
    } finally {
      await data.stop?.(null as never)
    }
  })
})
