export type {
  AttemptAnswer,
  AttemptBudget,
  AttemptStore,
  AttemptVerdict,
} from './contract/ports/attempts.ts'
export type { SpentTokens } from './contract/ports/spent-tokens.ts'
export type { SqlData, SqlStep } from './contract/ports/sql-data.ts'
export { memoryAttempts } from './stores/memory/memory-attempts.ts'
export { checkSpent, memorySpentTokens } from './stores/memory/memory-spent-tokens.ts'
export { sqlAttempts } from './stores/sql/sql-attempts.ts'
export { sqlRates } from './stores/sql/sql-rates.ts'
export type { SqlSpentTokensOptions } from './stores/sql/sql-spent-tokens.ts'
export { sqlSpentTokens } from './stores/sql/sql-spent-tokens.ts'
