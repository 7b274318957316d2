/** `null` where the runtime has none. */
const hooks = globalThis.process?.getBuiltinModule?.('node:async_hooks') ?? null

/**
 * Runs work in the asynchronous context of nobody: what an app keeps in an `AsyncLocalStorage` of its own
 * (a tenant, a transaction, a trace) would be that of whichever call came to the end of its task. Not in
 * that of the call that added it either: kept with each task that waits, it may hold the request.
 */
export const outOfContext: <Value>(work: () => Value) => Value =
  hooks?.AsyncLocalStorage.snapshot() ?? ((work) => work())
