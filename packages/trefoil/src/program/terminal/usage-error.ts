import { type Problem, refuse } from '../../contract/problems/problem.ts'
import { wrongUsage } from '../../contract/problems/wrong-usage.ts'

/** A command that makes no sense as written: exit code 2. */
export function usageError(detail: string, fix?: string): Problem {
  return wrongUsage(detail, fix)
}

/** The application cannot be loaded or started: exit code 2. */
export function appError(detail: string, fix?: string, cause?: unknown): Problem {
  return refuse('cli_app', { detail, fix, cause })
}
