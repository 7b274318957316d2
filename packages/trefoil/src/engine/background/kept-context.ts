import { inView } from '../views/view-frame.ts'

/** Runs work as if it were called where this was made. */
export type KeptContext = <Value>(work: () => Value) => Value

/** `null` where the runtime has none. */
const hooks = globalThis.process?.getBuiltinModule?.('node:async_hooks') ?? null

/**
 * The asynchronous context of this moment, for what waits in a list that others go through: what the app
 * keeps in an `AsyncLocalStorage` of its own (a tenant, a transaction, a trace) would be that of whichever
 * call came to the end of its task. Without the call itself, which would hold its request: a task has
 * a call of its own.
 */
export function keepContext(): KeptContext {
  return hooks === null ? (work) => work() : inView(null, () => hooks.AsyncLocalStorage.snapshot())
}
