import { AsyncLocalStorage } from 'node:async_hooks'
import type { Call } from '../contract/call/call.ts'
import { setViewFrame } from './views/view-frame.ts'

/** Keeps views: what stands in it can be reached by whoever looks into the runtime (FND-8). */
const calls = new AsyncLocalStorage<Call | null>()

setViewFrame((call, work) => calls.run(call, work))

/**
 * The call that runs: in handlers, middleware, guards, dependencies, error handlers, streams and
 * background work, without being handed through. The same view as the handler's second argument.
 *
 * @throws Error where no call runs
 */
export function currentCall(): Call {
  const call = calls.getStore() ?? null
  if (call !== null) return call
  throw new Error(
    'currentCall() was used where no call runs; use it in what a call runs: handlers, middleware, guards, dependencies, background work',
  )
}
