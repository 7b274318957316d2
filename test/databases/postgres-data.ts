import pg from 'pg'
import { onTestFinished } from 'vitest'
import type { SqlData } from '../../packages/trefoil/src/stores.ts'
import { createDatabase } from '../support/test-database.ts'

pg.types.setTypeParser(20, Number)

/** A database of its own, and a store in it. */
export async function onPostgres<Store>(make: (data: SqlData) => Store): Promise<Store> {
  const pool = new pg.Pool({ connectionString: await createDatabase(), max: 20 })
  pool.on('error', () => {})
  onTestFinished(() => pool.end())
  const steps: string[] = []
  const units = new WeakMap<object, pg.PoolClient>()
  const text = (sql: string) => {
    let n = 0
    return sql.replaceAll('?', () => `$${++n}`)
  }
  const data: SqlData = {
    dialect: 'postgres',
    tables: (_, all) => {
      steps.push(...all.map(({ sql }) => (typeof sql === 'string' ? sql : sql.postgres)))
    },
    state: {
      dialect: 'postgres',
      run: async (sql, values = []) => (await pool.query(text(sql), [...values])).rows,
    },
    statements: (unit) => ({
      dialect: 'postgres',
      run: async (sql, values = []) =>
        (await units.get(unit as object)!.query(text(sql), [...values])).rows,
    }),
    async unit(work) {
      const client = await pool.connect()
      const unit = {}
      units.set(unit, client)
      try {
        await client.query('begin isolation level repeatable read')
        const value = await work(unit)
        await client.query('commit')
        return value
      } catch (error) {
        await client.query('rollback')
        throw error
      } finally {
        client.release()
      }
    },
  }
  const store = make(data)
  for (const step of steps) await pool.query(step)
  return store
}
