import { describe, test } from 'vitest'
import { memoryAttempts, sqlAttempts } from '../../packages/trefoil/src/stores.ts'
import { attemptStoreContract } from '../../packages/trefoil/src/testing.ts'
import { onSqlite } from './sqlite-data.ts'

describe('STO-3: memoryAttempts()', () => {
  for (const { name, run } of attemptStoreContract(() => memoryAttempts())) test(name, run)
})

describe('STO-3: sqlAttempts() on SQLite', () => {
  for (const { name, run } of attemptStoreContract(() => onSqlite(sqlAttempts))) test(name, run)
})
