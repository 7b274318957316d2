import type { Middleware } from '../contract/action.ts'
import type { Call } from '../contract/call.ts'
import { holdStream } from './answer/stream.ts'

/**
 * Wraps a handler in its middleware, outermost first. `next()` runs the rest once; a second
 * call throws, because it would run an approved call twice.
 *
 * @param hasEnded true when the call has been settled, by its deadline for example
 */
export function composeMiddleware(
  middleware: readonly Middleware[],
  innermost: (call: Call) => unknown,
  hasEnded: (call: Call) => boolean = () => false,
): (call: Call) => unknown {
  return middleware.reduceRight<(call: Call) => unknown>(
    (inner, wrap) => (call) => {
      let called = false
      return wrap(call, async () => {
        if (called) throw new Error('Middleware called next() twice')
        // After a timeout the caller has been told that nothing was done.
        if (hasEnded(call)) throw new Error('Middleware called next() after the call had ended')
        called = true
        // What the middleware outside waits for before it answers, nobody has listened to yet.
        return holdStream(await inner(call))
      })
    },
    innermost,
  )
}
