import type { Awaitable } from '../../base/promise.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import { Denial, type Denied, type GuardDecision } from '../../contract/auth/guard-decision.ts'
import { readGuard } from '../../contract/auth/read-guard.ts'
import type { Call, Guard } from '../../contract/call/call.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import {
  checkFlag,
  checkRecord,
  requireText,
  shownValue,
} from '../../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { Truth } from '../conditions/compare.ts'
import { Condition, truthOf } from '../conditions/condition.ts'
import type { RuleReason } from '../conditions/explain-rule.ts'
import { askGuard } from '../guards/ask-guard.ts'
import { readTenant } from './read-tenant.ts'
import { type ResourceGuard, resourceGuard } from './resource-guard.ts'
import type { Load } from './resource-rules.ts'

/** The test of a {@link policy}: everything but true, or a decision that allows, denies. */
export type PolicyTest<Row extends object> = (
  auth: AuthContext,
  resource: Row,
  call: Call,
) => Awaitable<GuardDecision | boolean>

/** Options of {@link policy}. */
export interface PolicyOptions<Row extends object> {
  /** Shown as `details.guard`. Default `Policy`. */
  readonly name?: string
  /**
   * What the caller must be permitted before anything is loaded: `can.hasPermission('billing.write')`, or any
   * other guard. Default: nothing.
   */
  readonly permission?: Guard
  /** Loads the row a call is about; `null` or nothing where there is none, which is a 404. */
  readonly load: Load<Row>
  /** Whether the caller may: a condition, or a function. A throw denies, and no `not()` turns that round. */
  readonly test: PolicyTest<Row> | Condition<Row>
  /**
   * Where a row says whose tenant it is of; a row of another one is not there. Default: `tenant_id`, where a
   * row has it. Named, a row without it is not there either. `false`: rows are of no tenant.
   */
  readonly tenant?: string | false
  /** Answers 404 for a row that the test denies, as for one that is not there. Default false: 403. */
  readonly hidden?: boolean
}

const OPTIONS: OptionNames<PolicyOptions<object>> = {
  name: true,
  permission: true,
  load: true,
  test: true,
  tenant: true,
  hidden: true,
}

/**
 * A guard that goes by the caller and the row a call is about: permission, then load, then tenant, then
 * test (S-ABAC-1). The row is loaded once; `resource` hands it to the handler.
 *
 * @throws ImproperlyConfigured for options that are none
 */
export function policy<Row extends object>(options: PolicyOptions<Row>): ResourceGuard<Row> {
  checkRecord('policy(): options', options)
  checkOptionNames('policy()', options, OPTIONS)
  const { name = 'Policy', permission, load, test, tenant, hidden = false } = options
  requireText('policy(): name', name)
  checkFlag('policy(): hidden', hidden)
  if (typeof load !== 'function') {
    throw new ImproperlyConfigured(
      `policy() '${name}': load must be a function that gives the row, got ${shownValue(load)}`,
    )
  }
  return resourceGuard<Row>({
    name,
    first:
      permission === undefined ? null : readGuard(`policy() '${name}': permission`, permission),
    load,
    tenant: readTenant(`policy() '${name}': tenant`, tenant),
    isHidden: hidden,
    test: readTest(name, test),
    rulesOf: (auth, row) => (Condition.is(test) ? test.explain(auth, row).rules : NO_RULES),
  })
}

function readTest<Row extends object>(
  name: string,
  test: PolicyTest<Row> | Condition<Row>,
): (auth: AuthContext, row: Row, call: Call) => Awaitable<Truth | Denied> {
  if (Condition.is(test)) return (auth, row) => truthOf(test, auth, row)
  if (typeof test !== 'function') {
    throw new ImproperlyConfigured(
      `policy() '${name}': test must be a condition({ … }) or a function, got ${shownValue(test)}`,
    )
  }
  return async (auth, row, call) => {
    const asked: Guard = {
      name,
      needsInput: true,
      // What JavaScript answers is looked at by `askGuard`; a plain false has the words of a policy.
      decide: async () => {
        const answer = await test(auth, row, call)
        return (answer === false ? NO : answer) as GuardDecision
      },
    }
    const decision = await askGuard(asked, auth, call)
    if (!('deny' in decision)) return true
    return decision === NO ? false : decision
  }
}

const NO_RULES: readonly RuleReason[] = Object.freeze([])

const NO: Denied = new Denial('forbidden', undefined, false)
