export type { HealthCheck, HealthCheckOptions } from './features/health/checks.ts'
export type { HealthOptions, HealthProblem } from './features/health/health.ts'
export { health, healthProblems } from './features/health/health.ts'
