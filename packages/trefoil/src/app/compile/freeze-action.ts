import { deepFreeze } from '../../base/plain/freeze.ts'
import { readGuard } from '../../contract/auth/read-guard.ts'
import type { Action, ErrorHandler } from '../../contract/call/action.ts'
import type { ParamSpec } from '../../contract/params/param-spec.ts'

/**
 * Freezes everything that a compiled action is checked by, all the way down: what a middleware could
 * reach and change here would hold for every later call (FND-56). What the developer made (guards,
 * error handlers) is copied first, so that changing it later changes nothing either. Schemas and
 * dependencies are other people's objects, and stay what they are.
 */
export function freezeAction(action: Action): Action {
  // Copied through descriptors: the input schema is made when it is first asked for.
  const copy: Action = Object.create(null, Object.getOwnPropertyDescriptors(action))
  Object.defineProperties(copy, {
    guards: {
      value: action.guards.map((guard) => readGuard(`Action '${action.name}': guards`, guard)),
      enumerable: true,
    },
    appGuards: {
      value: action.appGuards.map((guard) => readGuard(`Action '${action.name}': guards`, guard)),
      enumerable: true,
    },
    errorHandlers: {
      value: action.errorHandlers.map((level) => Object.freeze(level.map(copyErrorHandler))),
      enumerable: true,
    },
  })
  for (const name of Object.keys(copy)) {
    const { value } = Object.getOwnPropertyDescriptor(copy, name) ?? {}
    if (typeof value === 'object' && value !== null && !HOLDS_SCHEMAS.has(name)) deepFreeze(value)
  }
  for (const param of copy.params) freezeParam(param)
  Object.freeze(copy.params)
  for (const entry of copy.dependencies) Object.freeze(entry)
  return Object.freeze(copy)
}

/** Many a schema is a plain object, which freezing all the way down would reach. */
const HOLDS_SCHEMAS: ReadonlySet<string> = new Set(['returns', 'params'])

function freezeParam(param: ParamSpec): void {
  const { schema: _, ...rest } = param
  deepFreeze(rest)
  Object.freeze(param)
}

function copyErrorHandler({ type, handle }: ErrorHandler): ErrorHandler {
  return Object.freeze({ type, handle })
}
