/** Anything that can be made with `new`. */
type Class = abstract new (...args: never[]) => unknown

/**
 * Freezes classes and their prototypes. Instances that foreign code holds are judged by their
 * class: `AuthContext.prototype.hasRole = () => true`, or `AuthContext.is = () => true`, would open
 * every door of the process (FND-57).
 */
export function freezeClass(...classes: readonly Class[]): void {
  for (const one of classes) {
    for (const name of Reflect.ownKeys(one.prototype)) {
      const method: unknown = Reflect.getOwnPropertyDescriptor(one.prototype, name)?.value
      if (typeof method === 'function' && method !== one) freezeGenerators(method)
    }
    Object.freeze(one.prototype)
    Object.freeze(one)
  }
}

/**
 * Freezes what the generators of a function inherit from. Whoever holds one of them reaches it, and a
 * `next` put there would read and forge what every other call iterates: bodies, say.
 */
export function freezeGenerators(...functions: readonly object[]): void {
  for (const one of functions) Object.freeze(Reflect.get(one, 'prototype'))
}
