/** True for what `{}` makes, and no instance of a class; also of another realm, whose `Object` is not ours. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
