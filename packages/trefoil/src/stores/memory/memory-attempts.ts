import { randomUUID } from 'node:crypto'
import { type Clock, systemClock } from '../../base/clock.ts'
import { unknownName } from '../../base/unknown-name.ts'
import { lockOf } from '../../contract/ports/attempt-lock.ts'
import type { AttemptBudget, AttemptStore } from '../../contract/ports/attempts.ts'
import { checkBudgets, LEASE, placesOf } from './attempt-rules.ts'
import { steadySweep } from './steady-sweep.ts'

/** Options of {@link memoryAttempts}. */
export interface MemoryAttemptsOptions {
  /** Where it takes the time from. Default the machine's. */
  readonly clock?: Clock
}

interface Count {
  readonly failures: number
  readonly lastAt: number
  readonly forgetAt: number
}

/**
 * Wrong tries in this process: forgotten when it ends, and counted by each process for itself. For tests
 * and development; whoever guesses at an app of four processes has four times as many tries.
 */
export function memoryAttempts(options: MemoryAttemptsOptions = {}): AttemptStore {
  const unknown = unknownName(options, { clock: true })
  if (unknown !== null) throw new TypeError(`memoryAttempts(): ${unknown}`)
  const { clock = systemClock } = options
  const counts = new Map<string, Count>()
  /** Until when, by key and id. */
  const reserved = new Map<string, Map<string, number>>()

  const sweepCounts = steadySweep(counts, ({ forgetAt }, now) => forgetAt <= now)
  const sweepReserved = steadySweep(reserved, (live, now) =>
    [...live.values()].every((until) => !isUnderWay(until, now)),
  )

  const failuresOf = (key: string, now: number) => {
    const count = counts.get(key)
    if (count === undefined) return 0
    if (now < count.forgetAt) return count.failures
    counts.delete(key)
    return 0
  }
  /** Milliseconds for which it is locked. */
  const lockedFor = (budget: AttemptBudget, now: number) => {
    const failures = failuresOf(budget.key, now)
    const lastAt = Math.min(counts.get(budget.key)?.lastAt ?? 0, now)
    return Math.max(lastAt + lockOf(failures, budget) - now, 0)
  }
  const isFree = (budget: AttemptBudget, now: number) => {
    const live = reserved.get(budget.key)
    if (live === undefined) return true
    for (const [id, until] of live) if (!isUnderWay(until, now)) live.delete(id)
    return live.size < placesOf(failuresOf(budget.key, now), budget)
  }
  const giveBack = (id: string, budgets: readonly AttemptBudget[]) => {
    for (const { key } of budgets) {
      const live = reserved.get(key)
      live?.delete(id)
      if (live?.size === 0) reserved.delete(key)
    }
  }

  return Object.freeze({
    reserve(budgets: readonly AttemptBudget[]) {
      checkBudgets(budgets)
      const now = clock.now()
      sweepCounts(now)
      sweepReserved(now)
      const retryAfter = Math.max(...budgets.map((budget) => lockedFor(budget, now)))
      if (retryAfter > 0) return { kind: 'locked' as const, retryAfter }
      if (!budgets.every((budget) => isFree(budget, now))) return { kind: 'wait' as const }
      const id = randomUUID()
      for (const { key } of budgets) {
        const live = reserved.get(key) ?? new Map<string, number>()
        reserved.set(key, live.set(id, now + LEASE))
      }
      return { kind: 'reserved' as const, id }
    },
    failed(id: string, budgets: readonly AttemptBudget[]) {
      checkBudgets(budgets)
      const now = clock.now()
      let most = 0
      for (const budget of budgets) {
        const failures = failuresOf(budget.key, now) + 1
        const keep = budget.window + lockOf(failures, budget)
        counts.set(budget.key, { failures, lastAt: now, forgetAt: now + keep })
        most = Math.max(most, failures)
      }
      giveBack(id, budgets)
      return {
        failures: most,
        retryAfter: Math.max(...budgets.map((budget) => lockedFor(budget, now))),
      }
    },
    succeeded(id: string, budgets: readonly AttemptBudget[], forget: readonly string[]) {
      for (const key of forget) counts.delete(key)
      giveBack(id, budgets)
    },
    released: giveBack,
    status(budgets: readonly AttemptBudget[]) {
      checkBudgets(budgets)
      const now = clock.now()
      return budgets.map((budget) => ({
        failures: failuresOf(budget.key, now),
        retryAfter: lockedFor(budget, now),
      }))
    },
  })
}

/** One that has longer than any can have is of a clock that was set back. */
function isUnderWay(until: number, now: number): boolean {
  return until > now && until <= now + LEASE
}
