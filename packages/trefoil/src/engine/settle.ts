import type { ErrorHandler } from '../contract/action.ts'
import type { Outcome } from '../contract/outcome.ts'
import { Problem, refuse } from '../contract/problem.ts'
import { Reply } from '../contract/reply.ts'
import { logSafely } from './log-safely.ts'
import type { RunningCall } from './running-call.ts'

/**
 * Stage 13 for what the developer's code threw: exception handlers first, then the same masking
 * on every surface. Nothing of an unexpected error reaches a caller, unless `debug` is on.
 */
export async function settleThrown(call: RunningCall, thrown: unknown): Promise<Outcome> {
  let error = thrown
  for (const level of call['~plan'].action.errorHandlers) {
    for (const handler of bySpecificity(level, error)) {
      try {
        const answer = await (handler.handle as (error: unknown, call: unknown) => unknown)(
          error,
          call,
        )
        if (answer instanceof Problem) return { ok: false, problem: answer }
        if (answer !== undefined) return handled(answer)
      } catch (raised) {
        // A handler that throws has replaced the error; handlers further out do not see it (MW-4).
        error = raised
        return { ok: false, problem: toProblem(call, error) }
      }
    }
  }
  return { ok: false, problem: toProblem(call, error) }
}

function handled(answer: unknown): Outcome {
  return answer instanceof Reply
    ? { ok: true, value: answer.value, reply: answer.options }
    : { ok: true, value: answer, reply: null }
}

/** Handlers whose class fits, the most specific class first, then in order of registration (W-49). */
function bySpecificity(handlers: readonly ErrorHandler[], error: unknown): readonly ErrorHandler[] {
  return handlers
    .filter(({ type }) => error instanceof type)
    .sort((left, right) => distance(error, left.type) - distance(error, right.type))
}

function distance(error: unknown, type: ErrorHandler['type']): number {
  let steps = 0
  let prototype: unknown = Object.getPrototypeOf(error)
  while (prototype !== null && prototype !== type.prototype) {
    prototype = Object.getPrototypeOf(prototype)
    steps++
  }
  return steps
}

/** What was logged last of a call: its stream, and who makes the answer, meet the same error. */
const logged = new WeakMap<RunningCall, unknown>()

/** The problem a caller sees for an error; an unexpected one is logged once and masked. */
export function toProblem(call: RunningCall, error: unknown): Problem {
  const { action, log, requestId, source } = call
  if (error instanceof Problem) {
    if (error.cause !== undefined) {
      logSafely(log, 'warn', { error, request_id: requestId }, 'Problem with a cause')
    }
    return error
  }
  if (!logged.has(call) || logged.get(call) !== error) {
    logged.set(call, error)
    const fields = { error, request_id: requestId, action: action.name, source }
    logSafely(log, 'error', fields, 'Unhandled error')
  }
  return refuse('INTERNAL_ERROR', call['~app'].debug ? { detail: describe(error) } : {})
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
