/** A value that may still be on its way. */
export type Awaitable<Value> = Value | PromiseLike<Value>

/** True for anything that can be awaited, so callers can stay synchronous when it is not. */
export function isPromiseLike<Value>(value: Awaitable<Value>): value is PromiseLike<Value> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}
