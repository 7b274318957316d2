import type { AttemptBudget } from '../../contract/ports/attempts.ts'

/** Milliseconds after which a try that nobody hands back is given back. */
export const LEASE = 10_000

const DIGEST = /^[A-Za-z0-9_-]{43}$/

/** Tries that may be under way at once; one when a lock is over, so that one guess makes the next. */
export function placesOf(failures: number, { threshold }: AttemptBudget): number {
  return Math.max(threshold - failures, 1)
}

/** @throws TypeError for budgets that would count somebody else, or nothing */
export function checkBudgets(budgets: readonly AttemptBudget[]): void {
  const keys = new Set<string>()
  for (const { key, ...numbers } of budgets) {
    // An empty name, or one that was cut, would be everybody's; and a name is not to be stored.
    if (typeof key !== 'string' || !DIGEST.test(key)) {
      throw new TypeError('A budget of attempts needs a key of 43 characters, a keyed digest')
    }
    if (keys.has(key)) throw new TypeError('Two budgets of attempts have one key')
    keys.add(key)
    const { threshold, window, base, cap } = numbers
    const all: readonly unknown[] = [threshold, window, base, cap]
    if (
      !all.every((one) => Number.isSafeInteger(one) && Number(one) > 0 && Number(one) < 2 ** 40)
    ) {
      throw new TypeError(
        'threshold, window, base and cap of a budget must be whole numbers above 0; times are milliseconds',
      )
    }
  }
  if (keys.size === 0) throw new TypeError('A reservation of attempts needs a budget')
}
