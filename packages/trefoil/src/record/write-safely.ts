import { isPromiseLike } from '../base/promise.ts'
import type { Logger } from '../contract/call/logger.ts'

/** Hands a line to a logger; one that raises is ignored (OBS-4): there is nowhere left to say it. */
export function writeSafely(
  logger: Logger,
  level: keyof Logger,
  fields: object,
  message: string | undefined,
): void {
  try {
    // `console` would print an absent message as `undefined`.
    const written: unknown =
      message === undefined ? logger[level](fields) : logger[level](fields, message)
    // A rejection that nobody catches would end the process.
    if (isPromiseLike(written)) written.then(undefined, () => {})
  } catch {}
}

/** Tells a reader of records; one that raises, now or later, is ignored: it must not break a call. */
export function tellSafely(tell: () => unknown): void {
  try {
    const told = tell()
    // A rejection that nobody catches would end the process.
    if (isPromiseLike(told)) told.then(undefined, () => {})
  } catch {
    // What must not be lost goes to the audit log.
  }
}
