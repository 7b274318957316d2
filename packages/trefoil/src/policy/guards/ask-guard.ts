import { type Awaitable, promised } from '../../base/promise.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import {
  ALLOWED,
  Denial,
  type Denied,
  type GuardDecision,
  isScopeList,
} from '../../contract/auth/guard-decision.ts'
import type { Call, Guard } from '../../contract/call/call.ts'

/**
 * Asks one guard. Whatever it does, a decision comes of it: one that throws, or answers with anything
 * but a decision, denies, and is logged. Never throws or rejects.
 *
 * @param call the view of the call that the guard is shown
 */
export function askGuard(guard: Guard, auth: AuthContext, call: Call): Awaitable<GuardDecision> {
  let answer: unknown
  let waiting: Promise<unknown> | null
  try {
    answer = guard.decide(auth, call)
    // Nearly every guard has none to wait for.
    if (answer === ALLOWED) return ALLOWED
    waiting = promised(answer)
  } catch (error) {
    return failed(guard, call, error)
  }
  return waiting === null
    ? read(guard, call, answer)
    : waiting.then(
        (late) => read(guard, call, late),
        (error: unknown) => failed(guard, call, error),
      )
}

/** What a guard says that has no words of its own (P-GRD-2). */
export function usualDenial(name: string): Denied {
  return new Denial(`Access denied by ${name}`, undefined, false)
}

function failed({ name }: Guard, call: Call, err: unknown): Denied {
  call.log.error({ err, guard: name }, 'Guard failed')
  return fault(name)
}

function fault(name: string): Denied {
  return new Denial(`Access denied by ${name}`, undefined, true)
}

/** JavaScript may answer anything, and an object may answer differently when it is asked again. */
function read(guard: Guard, call: Call, answer: unknown): GuardDecision {
  if (answer === ALLOWED || answer === true) return ALLOWED
  if (Denial.is(answer)) return answer
  if (answer === false) return usualDenial(guard.name)
  try {
    const decision = readDecision(answer)
    if (decision !== null) return decision
  } catch (error) {
    return failed(guard, call, error)
  }
  call.log.error(
    { guard: guard.name },
    `Guard '${guard.name}' gave no decision: answer with true, false or deny(text)`,
  )
  return fault(guard.name)
}

/**
 * Only what an object has itself is a decision: something that put `allow` into the prototype of all
 * objects must not open every door.
 */
function readDecision(answer: unknown): GuardDecision | null {
  if (typeof answer !== 'object' || answer === null) return null
  const own = (name: string): unknown =>
    Object.hasOwn(answer, name) ? Reflect.get(answer, name) : undefined
  const [allow, deny] = [own('allow'), own('deny')]
  if (allow === true && deny === undefined) return ALLOWED
  if (deny !== true || allow !== undefined) return null
  const [text, scopes] = [own('text'), own('scopes')]
  if (typeof text !== 'string' || text === '') return null
  if (scopes === undefined) return new Denial(text, undefined, false)
  // A copy first: what was looked at is what is sent.
  const list: unknown = Array.isArray(scopes) ? [...scopes] : scopes
  return isScopeList(list) ? new Denial(text, list, false) : null
}
