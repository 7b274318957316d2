import { describe, test } from 'vitest'
import {
  type SqlData,
  sqlApiKeys,
  sqlAttempts,
  sqlLoginSessions,
  sqlRates,
  sqlRefreshFamilies,
  sqlSpentTokens,
  sqlTasks,
} from '../../packages/trefoil/src/stores.ts'
import {
  apiKeyStoreContract,
  attemptStoreContract,
  loginSessionContract,
  rateStoreContract,
  refreshFamilyContract,
  type StoreCheck,
  spentTokensContract,
  taskStoreContract,
} from '../../packages/trefoil/src/testing.ts'
import { hasPostgres } from '../support/test-database.ts'
import { onPostgres } from './postgres-data.ts'

const proofs = (data: SqlData) => sqlSpentTokens(data, { where: 'state' })

const STORES: Readonly<Record<string, readonly StoreCheck[]>> = {
  'sqlRates()': rateStoreContract(() => onPostgres(sqlRates), { ownClock: true }),
  'sqlApiKeys()': apiKeyStoreContract(() => onPostgres(sqlApiKeys)),
  'sqlSpentTokens()': spentTokensContract(() => onPostgres(sqlSpentTokens)),
  "sqlSpentTokens({ where: 'state' })": spentTokensContract(() => onPostgres(proofs)),
  'sqlAttempts()': attemptStoreContract(() => onPostgres(sqlAttempts)),
  'sqlLoginSessions()': loginSessionContract(() => onPostgres(sqlLoginSessions)),
  'sqlRefreshFamilies()': refreshFamilyContract(() => onPostgres(sqlRefreshFamilies)),
  'sqlTasks()': taskStoreContract(() => onPostgres(sqlTasks)),
}

for (const [store, checks] of Object.entries(STORES)) {
  describe.skipIf(!hasPostgres)(`STO-3: ${store} on PostgreSQL`, () => {
    for (const { name, run } of checks) test(name, run)
  })
}
