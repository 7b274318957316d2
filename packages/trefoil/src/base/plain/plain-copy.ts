import { NotCanonical, plainBytes, plainItems, plainMembers, plainTime } from './plain-members.ts'

/** As deep as canonical JSON goes. */
const MAX_DEPTH = 128

/**
 * A copy of a value that has a canonical text: each member is read once, and what was read is what the
 * text is made of and what is handed over. A proxy, whose every look may give another value, ends here.
 *
 * @throws NotCanonical for whatever is not plain JSON, a date, bytes or a bigint
 */
export function plainCopy(value: unknown): unknown {
  return copyOf(value, 0)
}

function copyOf(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_DEPTH) throw new NotCanonical(`nested deeper than ${MAX_DEPTH} levels`)
  if (Array.isArray(value)) return plainItems(value).map((item) => copyOf(item, depth + 1))
  if (value instanceof Date) return new Date(plainTime(value))
  if (value instanceof Uint8Array) return alike(plainBytes(value), value)
  const copy: Record<string, unknown> = Object.create(Object.getPrototypeOf(value))
  for (const [name, member] of plainMembers(value)) {
    // An assignment to `__proto__` would change what the copy inherits.
    Object.defineProperty(copy, name, {
      value: copyOf(member, depth + 1),
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }
  return copy
}

/** A `Buffer` stays one: its text is not that of a plain list of bytes. */
function alike(copy: Uint8Array, value: Uint8Array): Uint8Array {
  Object.setPrototypeOf(copy, Object.getPrototypeOf(value))
  return copy
}
