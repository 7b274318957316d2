import { Reply } from '../../contract/answer/reply.ts'
import type { ErrorHandler } from '../../contract/call/action.ts'
import { answeredNow } from '../../contract/call/answered-now.ts'
import type { Outcome } from '../../contract/call/outcome.ts'
import type { Schema } from '../../contract/params/schema.ts'
import {
  isFailureStatus,
  isRefusal,
  Problem,
  refuse,
  refuseAs,
} from '../../contract/problems/problem.ts'
import { tagOf } from '../../record/describe-error.ts'
import { toJson } from '../answer/json-text.ts'
import { makeAnswer } from '../answer/make-answer.ts'
import type { CallState } from '../call-state.ts'
import { ruleOf } from '../decide-guard.ts'
import { isConflict } from '../repeat-call.ts'
import { callOf } from '../views/handler-call.ts'
import { ClosingTooLong } from './within-close-timeout.ts'

/**
 * For what the developer's code threw: error handlers first, then the same masking on every
 * surface. Nothing of an unexpected error reaches a caller, unless `debug` is on.
 */
export async function settleThrown(state: CallState, thrown: unknown): Promise<Outcome> {
  if (isOfTheCall(thrown)) return { kind: 'problem', problem: thrown }
  // Whatever is answered for it: the guard has ended the call.
  if (Problem.is(thrown)) state.rule = ruleOf(thrown) ?? state.rule
  for (const level of state.site.action.errorHandlers) {
    for (const handler of bySpecificity(level, thrown)) {
      // The deadline may have passed while the one before was asked (FND-16, FND-17).
      if (state.ended) return { kind: 'problem', problem: toProblem(state, thrown) }
      try {
        const handle = handler.handle as (error: unknown, call: unknown) => unknown
        const answer = await handle(thrown, callOf(state))
        if (Problem.is(answer)) return { kind: 'problem', problem: toProblem(state, answer) }
        if (answer !== undefined) return await handled(state, answer)
      } catch (raised) {
        // A handler that throws has replaced the error; handlers further out do not see it (MW-4).
        return { kind: 'problem', problem: toProblem(state, raised) }
      }
    }
  }
  return { kind: 'problem', problem: toProblem(state, thrown) }
}

/**
 * That the time is up, or the caller gone, is said by the call and not by the handler's code: made
 * an answer of, a deadline would pass for a success (FND-17).
 */
function isOfTheCall(thrown: unknown): thrown is Problem {
  if (!Problem.is(thrown) || !isRefusal(thrown)) return false
  return thrown.code === 'TIMEOUT' || thrown.code === 'client_disconnected'
}

/**
 * For what the developer's code throws once its call has ended: nobody is told. That an aborted
 * signal makes it throw is how it should be; anything else is a line of its own, and not the call's,
 * whose line says what its caller was told.
 */
export function settleLate(state: CallState, thrown: unknown): Outcome {
  if (!Problem.is(thrown) && !isA(LateStart, thrown) && !isAbortError(thrown)) {
    state.log.warn({ err: thrown }, 'The code of a call failed after the call had ended')
  }
  return { kind: 'problem', problem: refuse('TIMEOUT') }
}

/** Of a handler that was about to start when its call ended. */
export class LateStart extends Error {
  override readonly name = 'LateStart'
}

function isAbortError(thrown: unknown): boolean {
  try {
    return thrown instanceof Error && thrown.name === 'AbortError'
  } catch {
    return false
  }
}

/** Through the same writer as every answer, but held to no `returns`: it says what went wrong. */
async function handled(state: CallState, returned: unknown): Promise<Outcome> {
  const promised = isAsPromised(state.site.action.returns, returned)
  const made = await makeAnswer(state, returned, null)
  return made instanceof Problem
    ? { kind: 'problem', problem: made }
    : { kind: 'answer', answer: promised ? { ...made, promised } : made }
}

/** True where `returns` would have sent the same: a client that holds answers to it will take it. */
function isAsPromised(returns: Schema | null, returned: unknown): boolean {
  if (returns === null) return false
  try {
    const value: unknown = (returned instanceof Reply ? returned.value : returned) ?? null
    const result = answeredNow(returns, value)
    if (result === null || result.issues !== undefined) return false
    return toJson(result.value ?? null) === toJson(value)
  } catch {
    // Of no form that could be compared.
    return false
  }
}

/** Handlers whose class fits, the most specific class first, then in order of registration (W-49). */
function bySpecificity(handlers: readonly ErrorHandler[], error: unknown): readonly ErrorHandler[] {
  return handlers
    .filter(({ type }) => isA(type, error))
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

/** The problem a caller sees for an error; an unexpected one is logged once and masked. Never throws. */
export function toProblem(state: CallState, error: unknown): Problem {
  if (!Problem.is(error)) {
    return isConflict(error) ? refuse('transaction_conflict') : masked(state, error)
  }
  state.rule = ruleOf(error) ?? state.rule
  try {
    if (error.cause !== undefined) state.log.warn({ err: error }, 'Problem with a cause')
    return isRefusal(error) ? error : taken(error)
  } catch (odd) {
    // Not taken in turn: what was thrown may be the very problem.
    return masked(state, odd)
  }
}

/** A commit goes on when nobody waits for it any more. */
const UNKNOWN_END = {
  detail: 'The call could not be brought to its end in time; it may have been done',
  fix: 'Find out whether it was done before repeating the call.',
  details: { started: true },
}

function masked(state: CallState, error: unknown): Problem {
  if (state.logged === null || state.logged.error !== error) {
    state.logged = { error }
    state.log.error({ err: error, problem: 'INTERNAL_ERROR' }, 'Unhandled error')
  }
  if (isA(ClosingTooLong, error)) return refuse('INTERNAL_ERROR', UNKNOWN_END)
  return refuse('INTERNAL_ERROR', state.site.app.debug ? { detail: describe(error) } : {})
}

/**
 * What the developer's code put into a problem is taken now, each member read once, as the text it
 * will be: what is added to it while dependencies are closed must not leave (FND-2), and what has no
 * form to be sent in is found out while there is still somebody to tell (FND-5).
 *
 * @throws TypeError for a problem of which no answer can be made
 */
function taken(problem: Problem): Problem {
  const known = Problem.knownOf(problem)
  const { publicCode, status, detail, fix, headers, details, issues } = problem
  if (!isFailureStatus(status)) {
    throw new TypeError(
      `A problem's status must be an integer from 400 to 599, got ${tagOf(status)}`,
    )
  }
  for (const [name, text] of Object.entries({ publicCode, detail, fix })) {
    if (typeof text !== 'string') {
      throw new TypeError(`A problem's ${name} must be text, got ${tagOf(text)}`)
    }
  }
  const own = { headers: headers === undefined ? undefined : textsOf(headers) }
  if (details === undefined && issues === undefined) {
    return refuseAs(known, { status, detail, fix, ...own }, publicCode)
  }
  const copy: Pick<Problem, 'details' | 'issues'> = JSON.parse(toJson({ details, issues }))
  return refuseAs(known, { status, detail, fix, ...own, ...copy }, publicCode)
}

function textsOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const [name, text] of Object.entries(headers)) {
    // Asked for its text twice, an object may give a line break the second time.
    if (typeof text !== 'string') {
      throw new TypeError(`A problem's header '${name}' must be text, got ${tagOf(text)}`)
    }
    texts[name] = text
  }
  return texts
}

function describe(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  } catch {
    return tagOf(error)
  }
}

/**
 * `instanceof` runs foreign code: of a proxy, and of a class that says itself what is of it. Whatever
 * that throws must not be met here, where nobody is left to settle the call: it would never be
 * answered, and the rejection would end the process.
 */
function isA<Value>(
  type: abstract new (...args: never[]) => Value,
  thrown: unknown,
): thrown is Value {
  try {
    return thrown instanceof type
  } catch {
    return false
  }
}
