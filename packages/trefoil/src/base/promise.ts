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

const { then: nativeThen } = Promise.prototype

/**
 * What developers' code answered, as a promise of the language; `null` when there is nothing to wait
 * for. A foreign `then` may call back at once, twice or never, and may return nothing to chain on:
 * checks that chained on it would not be waited for, and a guard would pass (FND-16). So only a
 * genuine promise is taken as it is; of any other thenable the language makes one.
 *
 * @throws whatever reading `then` throws
 */
export function promised<Value>(value: Awaitable<Value>): Promise<Value> | null {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return null
  const { then } = value as { then?: unknown }
  if (typeof then !== 'function') return null
  if (isGenuine(value, then)) return value as Promise<Value>
  return new Promise((resolve, reject) => {
    // The `then` that was read, since another may be given to whoever reads it again.
    queueMicrotask(() => {
      try {
        then.call(value, resolve, reject)
      } catch (error) {
        reject(error)
      }
    })
  })
}

/** A promise whose `then` is the language's, and which makes promises of the language. */
function isGenuine(value: object, then: unknown): boolean {
  return (
    then === nativeThen &&
    Object.getPrototypeOf(value) === Promise.prototype &&
    // A getter of its own could give another one to whoever chains on it.
    !Object.hasOwn(value, 'then') &&
    !Object.hasOwn(value, 'constructor')
  )
}

/**
 * Marks a promise as looked after. Whoever was given it may fail, or give up, before it awaits it; its
 * rejection would then be nobody's and end the process. Whoever does await it meets it all the same.
 */
export function held<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {})
  return promise
}
