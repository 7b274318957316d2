import { describe, expect, onTestFinished, test } from 'vitest'
import { database } from '../../packages/trefoil/src/database.ts'
import { memorySpentTokens, sqlSpentTokens } from '../../packages/trefoil/src/stores.ts'
import { spentTokensContract } from '../../packages/trefoil/src/testing.ts'
import { NO_APP } from '../support/no-app.ts'
import { onSqlite } from './sqlite-data.ts'

const LATER = Date.now() + 600_000

describe('STO-3: memorySpentTokens()', () => {
  for (const { name, run } of spentTokensContract(memorySpentTokens)) test(name, run)
})

describe.each(['app', 'state'] as const)(
  "STO-3: sqlSpentTokens({ where: '%s' }) on SQLite",
  (where) => {
    const make = () => onSqlite((data) => sqlSpentTokens(data, { where }))
    for (const { name, run } of spentTokensContract(make)) test(name, run)
  },
)

test('STO-3: spent in a unit of work: kept with it, or not at all', async () => {
  const data = database<never>(':memory:')
  const spent = sqlSpentTokens(data)
  await data.start?.(NO_APP)
  onTestFinished(async () => data.stop?.(NO_APP))
  const failed = data.unit(async (db) => {
    expect(await spent.spend('link', 'a', LATER, db)).toBe('first')
    expect(await spent.spend('link', 'a', LATER, db)).toBe('again')
    throw new Error('rolled back')
  })
  await expect(failed).rejects.toThrow('rolled back')
  expect(await data.unit((db) => spent.spend('link', 'a', LATER, db))).toBe('first')
  expect(await spent.spend('link', 'a', LATER)).toBe('again')
})

test('where it cannot take part in a unit it says so', async () => {
  const data = database<never>(':memory:')
  const spent = sqlSpentTokens(data, { where: 'state' })
  await expect(spent.spend('link', 'a', LATER, {})).rejects.toThrow("write 'app'")
  await expect(async () => memorySpentTokens().spend('link', 'a', LATER, {})).rejects.toThrow(
    'no unit',
  )
})

test('refuses options it does not know', () => {
  const data = database<never>(':memory:')
  expect(() => sqlSpentTokens(data, { were: 'app' } as never)).toThrow(
    "unknown option 'were'; did you mean 'where'?",
  )
  expect(() => sqlSpentTokens(data, { where: 'file' as never })).toThrow('must be app or state')
})
