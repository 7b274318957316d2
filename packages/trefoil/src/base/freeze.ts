/**
 * Freezes plain objects and arrays all the way down, so that what was approved is what runs
 * (W-3) and no handler can change a default for the next caller (W-4). Class instances are
 * left alone: they have their own rules.
 */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (Array.isArray(value)) for (const item of value) deepFreeze(item)
  else {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) return value
    for (const key in value) deepFreeze(value[key])
  }
  return Object.freeze(value)
}
