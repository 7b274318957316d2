import type { Middleware } from '../contract/action.ts'
import type { Call } from '../contract/call.ts'

/**
 * Wraps a handler in its middleware, outermost first. `next()` runs the rest once; a second
 * call throws, because it would run an approved call twice.
 */
export function composeMiddleware(
  middleware: readonly Middleware[],
  innermost: (call: Call) => unknown,
): (call: Call) => unknown {
  return middleware.reduceRight<(call: Call) => unknown>(
    (inner, wrap) => (call) => {
      let called = false
      return wrap(call, async () => {
        if (called) throw new Error('Middleware called next() twice')
        called = true
        return inner(call)
      })
    },
    innermost,
  )
}
