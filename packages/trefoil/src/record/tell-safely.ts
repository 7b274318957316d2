import { isPromiseLike } from '../base/promise.ts'

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
