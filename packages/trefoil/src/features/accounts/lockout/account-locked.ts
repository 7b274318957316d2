import type { Problem } from '../../../index.ts'
import { type AccountsProblem, accountsProblems } from '../accounts-problems.ts'

/**
 * 429 with whole seconds, one at least: at the end of them a try is taken.
 *
 * @param retryAfter milliseconds
 */
export function locked(retryAfter: number): Problem<AccountsProblem> {
  const seconds = Math.max(Math.ceil(retryAfter / 1000), 1)
  return accountsProblems.problem('account_locked', {
    headers: { 'retry-after': String(seconds) },
    details: { retry_after: seconds },
  })
}
