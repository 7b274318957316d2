import { type Awaitable, promised } from '../../base/promise.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import { Denial, type Denied, type GuardDecision } from '../../contract/auth/guard-decision.ts'
import type { Call, Guard } from '../../contract/call/call.ts'
import { isCalledOff } from '../../contract/call/called-off.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { checkRecord, shownValue } from '../../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { askGuard, usualDenial } from './ask-guard.ts'

/** What an own guard is made of. */
export interface GuardOptions {
  /** Shown as `details.guard`; not empty. */
  readonly name: string
  /**
   * `true` lets the call pass and `false` denies it in the usual words, `Access denied by <name>`
   * (P-GRD-2); `deny(text)` denies in words of its own. Anything else denies too and is logged, and so
   * does a throw.
   */
  readonly check: (auth: AuthContext, call: Call) => Awaitable<boolean | GuardDecision>
  /**
   * The words for a `false` of `check`, shown to the caller; not asked where `check` answers with
   * `deny(text)` or fails. Where it gives no text, or throws, the usual words stand, and it is logged.
   * Default: the usual ones.
   */
  readonly denial?: (auth: AuthContext, call: Call) => Awaitable<string>
}

const OPTIONS: OptionNames<GuardOptions> = { name: true, check: true, denial: true }

/**
 * Makes a guard from a function that goes by who is calling. It is asked before arguments are bound.
 *
 * @throws ImproperlyConfigured for options that are none
 */
export function guard(options: GuardOptions): Guard {
  return ownGuard('guard()', options, false)
}

/**
 * Makes a guard from a function that reads `call.args`. It is asked once they have been validated.
 *
 * @throws ImproperlyConfigured for options that are none
 */
export function inputGuard(options: GuardOptions): Guard {
  return ownGuard('inputGuard()', options, true)
}

function ownGuard(where: string, options: GuardOptions, needsInput: boolean): Guard {
  checkRecord(`${where}: options`, options)
  refuseFormer(where, options)
  checkOptionNames(where, options, OPTIONS)
  const { name, check, denial } = options
  if (typeof name !== 'string' || name === '') {
    throw new ImproperlyConfigured(`${where} needs a name, such as 'OwnsOrder'`)
  }
  if (typeof check !== 'function') {
    throw new ImproperlyConfigured(
      `${where} '${name}': check must be a function, got ${shownValue(check)}`,
    )
  }
  if (denial !== undefined && typeof denial !== 'function') {
    throw new ImproperlyConfigured(
      `${where} '${name}': denial must be a function, got ${shownValue(denial)}`,
    )
  }
  const asked: Guard = {
    name,
    needsInput,
    // What JavaScript answers is looked at by `askGuard`.
    decide: (denial === undefined ? check : withWords(name, check, denial)) as Guard['decide'],
  }
  return Object.freeze({
    name,
    needsInput,
    decide: (auth: AuthContext, call: Call) => askGuard(asked, auth, call),
  })
}

type Check = GuardOptions['check']
type Words = NonNullable<GuardOptions['denial']>

/** A check whose `false` has words of its own (P-GRD-2). */
function withWords(name: string, check: Check, denial: Words): Check {
  return (auth, call) => {
    const answer: unknown = check(auth, call)
    const waiting = promised(answer)
    // What is neither is looked at by `askGuard`.
    const judge = (late: unknown) =>
      late === false ? worded(name, denial, auth, call) : (late as boolean | GuardDecision)
    return waiting === null ? judge(answer) : waiting.then(judge)
  }
}

/** However the words fail, the decision stands: it denies. */
function worded(name: string, denial: Words, auth: AuthContext, call: Call): Awaitable<Denied> {
  // The time may have passed while it was checked: no more of the developer's code starts.
  if (isCalledOff(call)) return usualDenial(name)
  const failed = (err: unknown) => {
    call.log.error({ err, guard: name }, 'Words of a denial failed')
    return usualDenial(name)
  }
  const read = (text: unknown) => {
    if (typeof text === 'string' && text !== '') return new Denial(text, undefined, false)
    call.log.error({ guard: name }, `denial of guard '${name}' gave no text`)
    return usualDenial(name)
  }
  try {
    const text: unknown = denial(auth, call)
    const waiting = promised(text)
    return waiting === null ? read(text) : waiting.then(read, failed)
  } catch (error) {
    return failed(error)
  }
}

/** An option of 0.1, which says something else by now. */
function refuseFormer(where: string, options: object): void {
  if ('needsInput' in options) {
    throw new ImproperlyConfigured(
      `${where}: needsInput is no option any more; write inputGuard({ … }) for a guard that reads call.args`,
    )
  }
}
