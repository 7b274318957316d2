import { ImproperlyConfigured } from '../problems/problem.ts'

/** A class whose instances a dependency gives. */
export type ProviderClass = new (uses: never, call: never) => unknown

/**
 * True for what has to be constructed and cannot be called. Neither is tried: a plain function that is
 * constructed gives an empty object in the place of its value, and a class that is called throws in
 * the middle of somebody's call.
 *
 * @throws ImproperlyConfigured for a class of the language, such as `Map`: what a provider is given
 *   would be its contents
 */
export function isProviderClass(provide: unknown): provide is ProviderClass {
  if (typeof provide !== 'function') return false
  const prototype = Reflect.getOwnPropertyDescriptor(provide, 'prototype')
  // That of a class can never be written, that of a function can until somebody freezes it. Arrow
  // functions, methods, async and bound functions have none.
  if (prototype === undefined || prototype.writable !== false) return false
  const text = Function.prototype.toString.call(provide)
  if (text.endsWith('{ [native code] }')) {
    throw new ImproperlyConfigured(
      `dependency(): ${provide.name || 'that'} is a class of the language; write () => new ${provide.name || 'It'}(…)`,
    )
  }
  return !/^(?:async\s*)?function\b/.test(text)
}
