/** Anything that can be made with `new`. */
type Class = abstract new (...args: never[]) => unknown

/**
 * Freezes classes and their prototypes. Instances that foreign code holds are judged by their
 * class: `AuthContext.prototype.hasRole = () => true`, or `AuthContext.is = () => true`, would open
 * every door of the process (FND-57).
 */
export function freezeClass(...classes: readonly Class[]): void {
  for (const one of classes) {
    Object.freeze(one.prototype)
    Object.freeze(one)
  }
}
