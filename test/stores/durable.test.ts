import { describe, test } from 'vitest'
import {
  memoryLoginSessions,
  memoryRefreshFamilies,
  memoryTasks,
  sqlApiKeys,
  sqlLoginSessions,
  sqlRefreshFamilies,
  sqlTasks,
} from '../../packages/trefoil/src/stores.ts'
import {
  apiKeyStoreContract,
  loginSessionContract,
  refreshFamilyContract,
  type StoreCheck,
  taskStoreContract,
} from '../../packages/trefoil/src/testing.ts'
import { onSqlite } from './sqlite-data.ts'

const STORES: Readonly<Record<string, readonly StoreCheck[]>> = {
  'sqlApiKeys() on SQLite': apiKeyStoreContract(() => onSqlite(sqlApiKeys)),
  'memoryLoginSessions()': loginSessionContract(memoryLoginSessions),
  'sqlLoginSessions() on SQLite': loginSessionContract(() => onSqlite(sqlLoginSessions)),
  'memoryRefreshFamilies()': refreshFamilyContract(memoryRefreshFamilies),
  'sqlRefreshFamilies() on SQLite': refreshFamilyContract(() => onSqlite(sqlRefreshFamilies)),
  'memoryTasks()': taskStoreContract(memoryTasks),
  'sqlTasks() on SQLite': taskStoreContract(() => onSqlite(sqlTasks)),
}

for (const [store, checks] of Object.entries(STORES)) {
  describe(`STO-3: ${store}`, () => {
    for (const { name, run } of checks) test(name, run)
  })
}
