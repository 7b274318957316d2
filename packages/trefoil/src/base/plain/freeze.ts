/**
 * Freezes plain objects and arrays all the way down, so that what was approved is what runs
 * (W-3) and no handler can change a default for the next caller (W-4). Class instances are
 * left alone: they have their own rules.
 */
export function deepFreeze<Value>(value: Value): Value {
  freezeTelling(value)
  return value
}

/**
 * As {@link deepFreeze}.
 *
 * @returns true when something inside can be changed all the same: a date, bytes, a map or a set
 */
export function freezeTelling(value: unknown): boolean {
  return typeof value === 'object' && value !== null && freeze(value, new Set())
}

/**
 * A value that came frozen is walked too: it may be frozen at the top only. Such values are kept
 * in `walked`, which is also where a cycle ends, because a value is frozen before its members.
 */
function freeze(value: object, walked: Set<object>): boolean {
  const isArray = Array.isArray(value)
  if (!isArray) {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) return isLoose(value)
  }
  if (Object.isFrozen(value)) {
    if (walked.has(value)) return false
    walked.add(value)
  } else Object.freeze(value)
  let isAnyLoose = false
  for (const member of isArray ? value : Object.values(value)) {
    if (typeof member !== 'object' || member === null) continue
    if (freeze(member, walked)) isAnyLoose = true
  }
  return isAnyLoose
}

/** Not every runtime has them. */
export function isShared(value: object): value is SharedArrayBuffer {
  return typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer
}

/** What freezing does not hold still. */
function isLoose(value: object): boolean {
  return (
    value instanceof Date ||
    ArrayBuffer.isView(value) ||
    value instanceof ArrayBuffer ||
    isShared(value) ||
    value instanceof Map ||
    value instanceof Set
  )
}
