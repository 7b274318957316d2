/**
 * Freezes plain objects and arrays all the way down, so that what was approved is what runs
 * (W-3) and no handler can change a default for the next caller (W-4). Class instances are
 * left alone: they have their own rules.
 */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) freeze(value, new Set())
  return value
}

/**
 * A value that came frozen is walked too: it may be frozen at the top only. Such values are kept
 * in `walked`, which is also where a cycle ends, because a value is frozen before its members.
 */
function freeze(value: object, walked: Set<object>): void {
  const isArray = Array.isArray(value)
  if (!isArray) {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) return
  }
  if (Object.isFrozen(value)) {
    if (walked.has(value)) return
    walked.add(value)
  } else Object.freeze(value)
  for (const member of isArray ? value : Object.values(value)) {
    if (typeof member === 'object' && member !== null) freeze(member, walked)
  }
}
