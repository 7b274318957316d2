import type { Action } from '../../../contract/call/action.ts'
import type { ConcurrencyLimit, ConcurrencyScope } from '../../../contract/limits/capacity.ts'
import { readBreaker, readConcurrency } from '../../declare/read-capacity.ts'

/** What every level around an action says of its capacity. */
interface DeclaredCapacity {
  readonly concurrency?: unknown
  readonly breaker?: unknown
}

/**
 * How many calls of an action may run, and when it is not tried any more. Of limits that count the same
 * calls the smallest holds: inner levels can tighten, not loosen. Of breakers the innermost holds.
 *
 * @param levels outermost first
 * @throws ImproperlyConfigured naming the action
 */
export function compileCapacity(
  levels: readonly DeclaredCapacity[],
  ofApp: number | null,
  where: string,
): Pick<Action, 'concurrency' | 'appConcurrency' | 'breaker'> {
  const tightest = new Map<ConcurrencyScope, ConcurrencyLimit>()
  let breaker: Action['breaker'] = null
  for (const level of levels) {
    const limit = readConcurrency(where, level.concurrency)
    if (limit !== null) {
      const other = tightest.get(limit.per)
      if (other === undefined || isTighter(limit, other)) tightest.set(limit.per, limit)
    }
    const rule = readBreaker(where, level.breaker)
    if (rule !== undefined) breaker = rule
  }
  return { concurrency: [...tightest.values()], appConcurrency: ofApp, breaker }
}

/** 0 only counts. */
function isTighter({ limit }: ConcurrencyLimit, other: ConcurrencyLimit): boolean {
  return limit !== 0 && (other.limit === 0 || limit < other.limit)
}
