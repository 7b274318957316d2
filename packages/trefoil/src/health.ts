export type { HealthCheck, HealthOptions } from './features/health.ts'
export { health, healthProblems } from './features/health.ts'
