import { AuthContext } from '../../contract/auth/auth-context.ts'
import { Denial } from '../../contract/auth/guard-decision.ts'
import type { Call } from '../../contract/call/call.ts'
import { shownValue } from '../../contract/options/option-values.ts'
import { type RuleReason, told } from '../conditions/explain-rule.ts'
import { askGuard } from '../guards/ask-guard.ts'
import type { ResourceRules } from './resource-rules.ts'
import { isOfTenant } from './row-rules.ts'

/** Why a guard lets a call about a row pass or not. */
export interface ResourceReasons {
  readonly guard: string
  readonly allows: boolean
  /** The step that decided: those behind it were not asked. */
  readonly decidedBy: 'permission' | 'row' | 'tenant' | 'test'
  /** `unknown` denies: something was missing, or failed. */
  readonly came: 'true' | 'false' | 'unknown'
  /** What a permission or a test says of its denial, or how it failed; `null` for nothing. */
  readonly text: string | null
  /** The rules of a condition, or of `owns()`, that settled it. */
  readonly rules: readonly RuleReason[]
}

type Step = Omit<ResourceReasons, 'guard' | 'allows'>

/** The steps of `resource-guard.ts`, asked about a row at hand. */
export async function explainResource<Row extends object>(
  rules: ResourceRules<Row>,
  auth: AuthContext,
  row: Row | null,
  call: Call | undefined,
): Promise<ResourceReasons> {
  if (!AuthContext.is(auth)) {
    throw new TypeError(`explain() is asked for an AuthContext, not for ${shownValue(auth)}`)
  }
  const step = await deciding(rules, auth, row, call)
  const allows = step.decidedBy === 'test' && step.came === 'true'
  return Object.freeze({ guard: rules.name, allows, ...step })
}

async function deciding<Row extends object>(
  rules: ResourceRules<Row>,
  auth: AuthContext,
  row: Row | null,
  call: Call | undefined,
): Promise<Step> {
  const shown = call ?? NO_CALL
  // As the guard asks it, or the two would not agree about an answer that is none.
  const decision = rules.first === null ? null : await askGuard(rules.first, auth, shown)
  if (decision !== null && 'deny' in decision) {
    return step('permission', Denial.isFault(decision) ? null : false, decision.text)
  }
  if (row === null) return step('row', null, null)
  if (rules.tenant !== null && !isOfTenant(rules.tenant, auth, row)) {
    return step('tenant', false, null)
  }
  try {
    const settled = rules.rulesOf(auth, row)
    const answer = await rules.test(auth, row, shown)
    if (answer === null || typeof answer === 'boolean') return step('test', answer, null, settled)
    return step('test', Denial.isFault(answer) ? null : false, answer.text, settled)
  } catch (error) {
    return step('test', null, String(error))
  }
}

function step(
  decidedBy: Step['decidedBy'],
  came: boolean | null,
  text: string | null,
  rules: readonly RuleReason[] = [],
): Step {
  return { decidedBy, came: told(came), text, rules: Object.freeze([...rules]) }
}

const silent = () => {}

// Those that look at more of it fail, which is told.
const NO_CALL = Object.freeze({
  signal: new AbortController().signal,
  log: Object.freeze({ debug: silent, info: silent, warn: silent, error: silent }),
}) as unknown as Call
