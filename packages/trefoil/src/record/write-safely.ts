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
