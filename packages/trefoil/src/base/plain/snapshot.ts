import { isShared } from './freeze.ts'

/**
 * A copy that nobody else holds: objects, lists, dates, maps, sets and bytes, all the way down, each
 * member read once. Instances of other classes stay what they are: they have their own rules. A
 * value that contains itself keeps that form.
 */
export function snapshot(value: unknown): unknown {
  return copyOf(value, new Map())
}

function copyOf(value: unknown, known: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value
  const before = known.get(value)
  if (before !== undefined) return before
  if (value instanceof Date) return alike(new Date(value.getTime()), value)
  if (ArrayBuffer.isView(value)) return copyOfView(value)
  if (value instanceof ArrayBuffer || isShared(value)) return value.slice(0)
  if (Array.isArray(value)) {
    const items: unknown[] = []
    known.set(value, items)
    for (const item of value) items.push(copyOf(item, known))
    return items
  }
  if (value instanceof Map) {
    const map = new Map<unknown, unknown>()
    known.set(value, map)
    for (const [key, item] of value) map.set(copyOf(key, known), copyOf(item, known))
    return alike(map, value)
  }
  if (value instanceof Set) {
    const set = new Set<unknown>()
    known.set(value, set)
    for (const item of value) set.add(copyOf(item, known))
    return alike(set, value)
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  const members: Record<string, unknown> = Object.create(prototype)
  known.set(value, members)
  for (const [key, member] of Object.entries(value)) {
    // An assignment to `__proto__` would change what the copy inherits.
    Object.defineProperty(members, key, {
      value: copyOf(member, known),
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }
  return members
}

/** Dates that count in UTC, say: as a plain one the copy would answer otherwise. */
function alike<Copy extends object>(copy: Copy, value: Copy): Copy {
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype !== Object.getPrototypeOf(copy)) Object.setPrototypeOf(copy, prototype)
  return copy
}

const sliceOf: (this: ArrayBufferView) => ArrayBufferView = Object.getPrototypeOf(
  Uint8Array.prototype,
).slice

/**
 * Of the same class: the text of a node `Buffer` is not that of a plain list of bytes. By the method
 * of the language, because a `Buffer` has one of its own that copies nothing.
 */
function copyOfView(view: ArrayBufferView): ArrayBufferView {
  if (!(view instanceof DataView)) return sliceOf.call(view)
  const { buffer, byteOffset, byteLength } = view
  return new DataView(buffer.slice(byteOffset, byteOffset + byteLength))
}
