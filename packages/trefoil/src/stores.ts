export type {
  AttemptAnswer,
  AttemptBudget,
  AttemptStanding,
  AttemptStore,
  AttemptVerdict,
} from './contract/ports/attempts.ts'
export type {
  LoginSessionStore,
  Owner,
  SessionChange,
  SessionUse,
  StoredLoginSession,
} from './contract/ports/login-sessions.ts'
export type {
  RefreshFamily,
  RefreshFamilyStore,
  Rotation,
  RotationAnswer,
} from './contract/ports/refresh-families.ts'
export type { SpentTokens } from './contract/ports/spent-tokens.ts'
export type { SqlData, SqlStep } from './contract/ports/sql-data.ts'
export type { StoredTask, TaskChange, TaskStatus, TaskStore } from './contract/ports/tasks.ts'
export type { MemoryAttemptsOptions } from './stores/memory/memory-attempts.ts'
export { memoryAttempts } from './stores/memory/memory-attempts.ts'
export { memoryLoginSessions } from './stores/memory/memory-login-sessions.ts'
export { memoryRefreshFamilies } from './stores/memory/memory-refresh-families.ts'
export { memorySpentTokens } from './stores/memory/memory-spent-tokens.ts'
export { memoryTasks } from './stores/memory/memory-tasks.ts'
export { sqlApiKeys } from './stores/sql/sql-api-keys.ts'
export { sqlAttempts } from './stores/sql/sql-attempts.ts'
export { sqlLoginSessions } from './stores/sql/sql-login-sessions.ts'
export { sqlRates } from './stores/sql/sql-rates.ts'
export { sqlRefreshFamilies } from './stores/sql/sql-refresh-families.ts'
export type { SqlSpentTokensOptions } from './stores/sql/sql-spent-tokens.ts'
export { sqlSpentTokens } from './stores/sql/sql-spent-tokens.ts'
export { sqlTasks } from './stores/sql/sql-tasks.ts'
