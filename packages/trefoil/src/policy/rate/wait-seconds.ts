import type { RateStanding } from '../../contract/ports/rate-store.ts'

/** Whole seconds to wait: whoever comes back at the time they were told must not be told to wait again. */
export function waitSeconds({ retryAfter }: RateStanding): number {
  return Math.max(1, Math.ceil(retryAfter / 1000))
}
