import type { Truth } from './compare.ts'
import { type Case, type Doubt, judge, judgeLeaf } from './judge.ts'
import type { LeafRule, Rule } from './rule.ts'

/** One rule that settled what a condition came to. For developers and records, never for callers. */
export interface RuleReason {
  /** Where it stands: `where.any[0].eq`. */
  readonly at: string
  /** The column it looks at, or the role or scope it asks for. */
  readonly of: string
  readonly came: 'true' | 'false' | 'unknown'
  /**
   * Why it is neither: the row has no such column, it is NULL, it holds another type than was declared,
   * or the caller has nothing to compare it with. `null` for what is true or false.
   */
  readonly doubt: Doubt | null
}

/** What a condition came to, and why. No value of the row or the caller stands in it. */
export interface ConditionReasons {
  readonly allows: boolean
  readonly came: 'true' | 'false' | 'unknown'
  readonly rules: readonly RuleReason[]
}

export function explainRule(rule: Rule, one: Case): ConditionReasons {
  const truth = judge(rule, one)
  return Object.freeze({
    allows: truth === true,
    came: told(truth),
    rules: Object.freeze(settling(rule, one, truth)),
  })
}

/** Those that came to what their group did: of an `any` that is false all, of one that is true the true. */
function settling(rule: Rule, one: Case, truth: Truth): RuleReason[] {
  switch (rule.kind) {
    case 'not':
      return settling(rule.part, one, truth === null ? null : !truth)
    case 'all':
    case 'any':
      return rule.parts.flatMap((part) =>
        judge(part, one) === truth ? settling(part, one, truth) : [],
      )
    default: {
      const value = judgeLeaf(rule, one)
      const doubt = typeof value === 'boolean' ? null : value
      return [Object.freeze({ at: rule.at, of: subjectOf(rule), came: told(truth), doubt })]
    }
  }
}

function subjectOf(rule: LeafRule): string {
  return rule.kind === 'right' ? rule.name : rule.column.name
}

/** A truth as reasons name it. */
export function told(truth: Truth): 'true' | 'false' | 'unknown' {
  return truth === null ? 'unknown' : truth ? 'true' : 'false'
}
