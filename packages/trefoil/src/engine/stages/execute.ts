import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import type { Action } from '../../contract/action.ts'
import type { Call } from '../../contract/call.ts'
import type { Dependency } from '../../contract/dependency.ts'
import type { Problem } from '../../contract/problem.ts'
import { Reply } from '../../contract/reply.ts'
import { discardStream, holdStream } from '../answer/stream.ts'
import { outputValidator } from '../answer/validate-output.ts'
import { composeMiddleware } from '../middleware.ts'
import type { RunningCall } from '../running-call.ts'
import type { Stage } from '../stage.ts'

type Run = (call: Call) => unknown

/**
 * Stage 12, the developer's code: dependencies, middleware, handler, output validation. Leaves
 * the value on the call; whatever is thrown is settled by the runner.
 */
export function executeStage(action: Action): Stage {
  const invoke = handlerWithDependencies(action)
  const body =
    action.middleware.length === 0
      ? invoke
      : composeMiddleware(action.middleware, invoke, (call) => (call as RunningCall)['~ended'])
  const validate = action.returns === null ? null : outputValidator(action.returns, action.name)
  return (call) => {
    call['~executing'] = true
    const returned = body(call)
    return isPromiseLike(returned)
      ? returned.then((value) => keep(validate, call, value))
      : keep(validate, call, returned)
  }
}

function handlerWithDependencies(action: Action): Run {
  const handler = action.handler as (args: unknown, call: Call) => unknown
  // Without middleware nothing runs between the handler and the end of the call, which closes
  // what the handler resolved by itself.
  if (action.dependencies.length === 0 && action.middleware.length === 0) {
    return (call) => handler(call.args, call)
  }
  return async (call) => {
    const running = call as RunningCall
    let value: unknown
    try {
      value = holdStream(await handler(await withDependencies(action.dependencies, call), call))
    } catch (error) {
      await running['~closeFunctionScope']({ error })
      throw error
    }
    const failed = await running['~closeFunctionScope'](null)
    if (failed === null) return value
    discardStream(value instanceof Reply ? value.value : value)
    throw failed.error
  }
}

async function withDependencies(
  dependencies: readonly (readonly [name: string, dependency: Dependency<unknown>])[],
  call: Call,
): Promise<object> {
  const args: Record<string, unknown> = { ...call.args }
  for (const [name, dependency] of dependencies) args[name] = await call.resolve(dependency)
  return Object.freeze(args)
}

function keep(
  validate: ((value: unknown) => Awaitable<unknown>) | null,
  call: RunningCall,
  returned: unknown,
): Awaitable<Problem | undefined> {
  const isReply = returned instanceof Reply
  const value: unknown = isReply ? returned.value : returned
  if (isReply) call['~reply'] = returned.options
  if (validate === null) {
    call['~value'] = value
    return undefined
  }
  try {
    const valid = validate(value)
    if (!isPromiseLike(valid)) return take(call, valid)
    holdStream(value)
    return valid.then(
      (late) => take(call, late),
      (error) => drop(value, error),
    )
  } catch (error) {
    return drop(value, error)
  }
}

function take(call: RunningCall, value: unknown): undefined {
  call['~value'] = value
}

/** A stream where `returns` promised something else holds what it holds. */
function drop(value: unknown, error: unknown): never {
  discardStream(value)
  throw error
}
