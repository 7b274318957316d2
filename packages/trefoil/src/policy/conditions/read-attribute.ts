/** What a row has no value for; `null` is one. */
export const MISSING: unique symbol = Symbol('missing')

/**
 * An attribute of what was loaded: its own, or one that its class makes, as rows of mappers do. Never
 * one of the prototype of all objects: whoever pollutes that would own every row.
 *
 * @throws whatever an accessor throws
 */
export function readAttribute(row: object, name: string): unknown {
  for (let holder: object | null = row; holder !== null; holder = Object.getPrototypeOf(holder)) {
    if (holder === Object.prototype) break
    if (!Object.hasOwn(holder, name)) continue
    const value: unknown = Reflect.get(holder, name, row)
    return value === undefined ? MISSING : value
  }
  return MISSING
}
