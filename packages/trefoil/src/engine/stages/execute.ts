import { promised } from '../../base/promise.ts'
import type { Action } from '../../contract/call/action.ts'
import type { Call } from '../../contract/call/call.ts'
import { discardStream, holdStream } from '../answer/stream.ts'
import { argumentsOf, type CallState } from '../call-state.ts'
import { type Failure, RolledBack } from '../dependencies/dependency-scope.ts'
import { reachableFrom } from '../dependencies/reachable.ts'
import { resolveDependency } from '../dependencies/resolve-dependency.ts'
import { LateStart } from '../ending/settle.ts'
import { withinCloseTimeout } from '../ending/within-close-timeout.ts'
import { composeMiddleware, type Inner } from '../middleware.ts'
import type { Stage } from '../stage.ts'
import { callOf } from '../views/handler-call.ts'

/**
 * The developer's code: dependencies, middleware, handler. Leaves what it returned on the state,
 * for the answer to be made of; whatever is thrown is settled by the runner.
 */
export function executeStage(action: Action): Stage {
  const invoke = handlerWithDependencies(action)
  const body =
    action.middleware.length === 0
      ? invoke
      : composeMiddleware(action.middleware, invoke, action.name)
  return (state) => {
    const overdue = state.overdue()
    if (overdue !== null) return overdue
    state.phase = 'executing'
    state.hasEntered = true
    const returned = body(state)
    const waiting = promised(returned)
    if (waiting !== null) return waiting.then((late) => take(state, late))
    return take(state, returned)
  }
}

function take(state: CallState, returned: unknown): undefined {
  state.returned = returned
  state.hasReturned = true
  // A handler that caught it would report as done what has only been asked about.
  const asked = state.asking?.end() ?? null
  if (asked !== null) throw asked
  // A middleware that caught it would report as done what was not committed.
  if (state.closeFailure !== null) throw state.closeFailure.error
}

function handlerWithDependencies(action: Action): Inner {
  const handler = action.handler as (args: unknown, call: Call) => unknown
  // Without middleware nothing runs between the handler and the end of the call, which closes
  // what the handler resolved by itself.
  if (action.dependencies.length === 0 && action.middleware.length === 0) {
    return (state) => handler(argumentsOf(state), callOf(state))
  }
  const around = withinOf(action)
  return async (state) => {
    let value: unknown
    try {
      const args = await withDependencies(action.dependencies, state)
      // The caller has been told that nothing was done (FND-16).
      if (state.ended || state.overdue() !== null) throw new LateStart()
      const run = () => handler(args, callOf(state))
      value = holdStream(await (around === null ? run() : around(state, run)))
      // Whatever the handler made of it: what it has done so far is not kept.
      const asked = state.asking?.end() ?? null
      if (asked !== null) {
        discardStream(value)
        throw asked
      }
    } catch (error) {
      await closeFunctionScope(state, { error })
      throw error
    }
    // What ends here would be committed before the rehearsal is taken back.
    const end = state.rehearses ? { error: new RolledBack() } : null
    const failed = await closeFunctionScope(state, end)
    if (failed === null) return value
    discardStream(value)
    state.closeFailure = failed
    throw failed.error
  }
}

/** What the dependencies of an action have to run its handler in, the first outermost; `null` for nothing. */
function withinOf(action: Action): ((state: CallState, run: () => unknown) => unknown) | null {
  const dependencies = [...reachableFrom(action.dependencies.map(([, one]) => one))]
  const around = dependencies.filter(({ within }) => within !== null).reverse()
  if (around.length === 0) return null
  return async (state, run) => {
    let inner = run
    for (const dependency of around) {
      // Open already, and so what the handler has.
      const value = await resolveDependency(state, dependency)
      const outer = inner
      inner = () => dependency.within?.(value, outer)
    }
    if (state.ended) throw new LateStart()
    return inner()
  }
}

async function withDependencies(
  dependencies: Action['dependencies'],
  state: CallState,
): Promise<object> {
  const args: Record<string, unknown> = { ...argumentsOf(state) }
  for (const [name, dependency] of dependencies) {
    args[name] = await resolveDependency(state, dependency)
  }
  return Object.freeze(args)
}

/** `null` at once when no dependency was used. */
async function closeFunctionScope(
  state: CallState,
  failure: Failure | null,
): Promise<Failure | null> {
  const { scopes } = state
  if (scopes === null) return null
  // A handler that outlived its call commits nothing: its caller has been told otherwise.
  const told = state.ended ? state.failure : failure
  return withinCloseTimeout(state, (late) => scopes.close('function', told, late))
}
