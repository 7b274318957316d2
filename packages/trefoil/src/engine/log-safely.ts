import { isPromiseLike } from '../base/promise.ts'
import type { Logger } from '../contract/logger.ts'

/** Writes a line of the framework's own; a logger that raises is ignored (OBS-4). */
export function logSafely(
  logger: Logger,
  level: 'warn' | 'error',
  fields: object,
  message: string,
): void {
  try {
    const written: unknown = logger[level](fields, message)
    // A rejection that nobody catches would end the process.
    if (isPromiseLike(written)) written.then(undefined, () => {})
  } catch {
    // There is nowhere left to say it.
  }
}
