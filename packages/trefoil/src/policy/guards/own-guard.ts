import type { Awaitable } from '../../base/promise.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import type { GuardDecision } from '../../contract/auth/guard-decision.ts'
import type { Call, Guard } from '../../contract/call/call.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { checkRecord, shownValue } from '../../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { askGuard } from './ask-guard.ts'

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
}

const OPTIONS: OptionNames<GuardOptions> = { name: true, check: true }

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
  const { name, check } = options
  if (typeof name !== 'string' || name === '') {
    throw new ImproperlyConfigured(`${where} needs a name, such as 'OwnsOrder'`)
  }
  if (typeof check !== 'function') {
    throw new ImproperlyConfigured(
      `${where} '${name}': check must be a function, got ${shownValue(check)}`,
    )
  }
  const asked: Guard = {
    name,
    needsInput,
    // What JavaScript answers is looked at by `askGuard`.
    decide: check as Guard['decide'],
  }
  return Object.freeze({
    name,
    needsInput,
    decide: (auth: AuthContext, call: Call) => askGuard(asked, auth, call),
  })
}

/** Options of 0.1, which say something else by now. */
function refuseFormer(where: string, options: object): void {
  if ('denial' in options) {
    throw new ImproperlyConfigured(
      `${where}: denial is no option any more; have check answer with deny('…') instead of false`,
    )
  }
  if ('needsInput' in options) {
    throw new ImproperlyConfigured(
      `${where}: needsInput is no option any more; write inputGuard({ … }) for a guard that reads call.args`,
    )
  }
}
