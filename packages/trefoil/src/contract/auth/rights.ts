import { freezeClass } from '../../base/plain/freeze-class.ts'

/**
 * Roles or scopes of a caller: a set that nobody can add to. It is no `Set`, not even a subclass:
 * `Set.prototype.add.call(roles, 'admin')` would get past any method that throws, and one context
 * serves every call with its token (FND-57).
 */
export class Rights implements ReadonlySet<string> {
  readonly #values: ReadonlySet<string>

  /** @throws TypeError for text, and for a list that holds anything but text */
  constructor(values: Iterable<string> = []) {
    // Text is iterable: "admin" would become the roles a, d, m, i, n (PW-13).
    if (typeof values === 'string') throw new TypeError('roles and scopes must be lists, not text')
    const set = new Set<string>()
    for (const value of values) {
      if (typeof value !== 'string') throw new TypeError('roles and scopes must contain only text')
      set.add(value)
    }
    this.#values = set
    Object.freeze(this)
  }

  get size(): number {
    return this.#values.size
  }

  has(value: string): boolean {
    return this.#values.has(value)
  }

  forEach(
    callback: (value: string, key: string, set: ReadonlySet<string>) => void,
    self?: unknown,
  ): void {
    // Not the inner set's own loop, which would hand the inner set out.
    for (const value of this.#values) callback.call(self, value, value, this)
  }

  entries(): SetIterator<[string, string]> {
    return this.#values.entries()
  }

  keys(): SetIterator<string> {
    return this.#values.keys()
  }

  values(): SetIterator<string> {
    return this.#values.values()
  }

  [Symbol.iterator](): SetIterator<string> {
    return this.#values.values()
  }

  /** As a list: left to itself, JSON would say `{}`. */
  toJSON(): readonly string[] {
    return [...this.#values]
  }
}

freezeClass(Rights)

/** Whoever acts for somebody has no right that either of them lacks (DEL-2). @param limits of the actors */
export function narrowedRights(
  own: Iterable<string> | undefined,
  limits: readonly (readonly string[] | undefined)[],
): Rights {
  const rights = new Rights(own)
  if (limits.length === 0) return rights
  const stated = limits.filter((limit) => limit !== undefined)
  if (stated.length === 0) return rights
  return new Rights([...rights].filter((right) => stated.every((limit) => limit.includes(right))))
}
