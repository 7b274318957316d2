import { type Problem, refuse } from './problem.ts'

/**
 * What a command of the program refuses because of how it was called: `error:` and `fix:` on standard error, exit
 * code 2.
 */
export function wrongUsage(detail: string, fix?: string): Problem<'cli_usage'> {
  return refuse('cli_usage', { detail, fix })
}
