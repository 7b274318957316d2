// Decorators without a compiler: what TypeScript emits for them under `experimentalDecorators`
// and `emitDecoratorMetadata`. Needs `reflect-metadata` to be loaded.

/**
 * Decorates a class.
 *
 * @param {Function} target
 * @param {readonly Function[]} decorators applied last to first, as written above a class
 * @param {readonly Function[]} [injected] types of the constructor's parameters
 */
export function decorate(target, decorators, injected) {
  if (injected !== undefined) Reflect.defineMetadata('design:paramtypes', injected, target)
  for (const decorator of decorators.toReversed()) decorator(target)
}

/**
 * Decorates a method or a field.
 *
 * @param {Function} target the class
 * @param {string} name
 * @param {readonly Function[]} decorators
 */
export function decorateMember({ prototype }, name, decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name)
  for (const decorator of decorators.toReversed()) decorator(prototype, name, descriptor)
}

/** @param {Function} target the class @param {string} method @param {readonly Function[]} types */
export function parameterTypes({ prototype }, method, types) {
  Reflect.defineMetadata('design:paramtypes', types, prototype, method)
}
