import { promised } from '../base/promise.ts'
import { startTimer } from '../base/start-timer.ts'
import type { AuthEntry } from '../contract/auth/authenticator.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'

/** Milliseconds that one may take to make itself ready: a provider that is down is not waited for. */
export const AUTHENTICATOR_START_MS = 10_000

/** Told of an authenticator that is not ready yet. */
export type StartWarning = (fields: object, message: string) => void

/**
 * Has authenticators make themselves ready, all at once: each may wait for somebody else.
 *
 * @param ms for each of them
 * @throws ImproperlyConfigured for one that says it can never work; anything else is a warning, since
 * the provider that cannot be asked now may be back before the first caller comes
 */
export async function startAuthenticators(
  entries: readonly AuthEntry[],
  warn: StartWarning,
  ms: number = AUTHENTICATOR_START_MS,
): Promise<void> {
  // All are waited for before one may fail the start: what goes on is not left behind.
  const ends = await Promise.allSettled(entries.map((entry) => startOne(entry, warn, ms)))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

async function startOne({ name, start }: AuthEntry, warn: StartWarning, ms: number): Promise<void> {
  if (start === null) return
  try {
    await inTime(start(), ms)
  } catch (error) {
    if (error instanceof ImproperlyConfigured) {
      throw new ImproperlyConfigured(`Authenticator '${name}': ${error.message}`, { cause: error })
    }
    warn({ err: error, authenticator: name }, `Authenticator '${name}' is not ready yet`)
  }
}

async function inTime(running: unknown, ms: number): Promise<void> {
  const waiting = promised<unknown>(running)
  if (waiting === null) return
  const { promise: late, reject } = Promise.withResolvers<never>()
  const stopTimer = startTimer(ms, () => reject(new Error(`it did not start within ${ms} ms`)))
  try {
    await Promise.race([waiting, late])
  } finally {
    stopTimer()
  }
}

/** Those of an app, each once, although it may cover several surfaces. */
export function entriesOf(
  auth: Readonly<Partial<Record<string, AuthEntry>>>,
): readonly AuthEntry[] {
  return [...new Set(Object.values(auth))].filter((entry) => entry !== undefined)
}
