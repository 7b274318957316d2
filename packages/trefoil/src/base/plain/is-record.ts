/** True for an object of named members: no list, no function, not nothing, and no proxy that was revoked. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && isList(value) === false
}

/**
 * `Array.isArray()` for what anybody may hand over: of a proxy that was revoked it throws, in words that name
 * neither the option nor the door.
 *
 * @returns `null` for what nobody can look at
 */
export function isList(value: unknown): boolean | null {
  try {
    return Array.isArray(value)
  } catch {
    return null
  }
}
