import { describe, expect, test } from 'vitest'
import { database } from '../../packages/trefoil/src/database.ts'
import { sqlRates } from '../../packages/trefoil/src/stores.ts'
import { rateStoreContract } from '../../packages/trefoil/src/testing.ts'
import { onSqlite } from './sqlite-data.ts'

describe('STO-3 P-MWL-4 SW-28: sqlRates() on SQLite', () => {
  for (const { name, run } of rateStoreContract(() => onSqlite(sqlRates), { ownClock: true })) {
    test(name, run)
  }

  test.each([[undefined], [null], [{}], ['.data/app.db'], [{ dialect: 'mysql' }]])(
    'refuses %j, and says what to write',
    (data) => {
      expect(() => sqlRates(data as never)).toThrow(
        'sqlRates() needs what database() gives: const data = database(); sqlRates(data)',
      )
    },
  )

  test('refuses a second one on the same database', () => {
    const data = database(':memory:')
    sqlRates(data)
    expect(() => sqlRates(data)).toThrow("data.tables('rates')")
  })
})
