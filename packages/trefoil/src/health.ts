export type { HealthCheck, HealthOptions, HealthProblem } from './features/health.ts'
export { health, healthProblems } from './features/health.ts'
