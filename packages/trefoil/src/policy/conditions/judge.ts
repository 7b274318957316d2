import type { AuthContext } from '../../contract/auth/auth-context.ts'
import { bindList, bindValue } from './bind-reference.ts'
import { holds, type RowValue, type Truth, typedValue } from './compare.ts'
import { MISSING, readAttribute } from './read-attribute.ts'
import type { Column, LeafRule, Rule } from './rule.ts'

/** What is judged: a row whose columns are read once each, and who asks. */
export interface Case {
  readonly auth: AuthContext | null
  /** Values of the columns, `MISSING` for those the row has not. */
  readonly values: ReadonlyMap<string, unknown>
}

/** Why a rule is neither true nor false. */
export type Doubt = 'no_column' | 'null_column' | 'column_type' | 'nothing_of_caller'

/** Reads each column once: a row that answers differently when it is asked again fools nobody. */
export function readCase(columns: Iterable<string>, auth: AuthContext | null, row: object): Case {
  const values = new Map<string, unknown>()
  for (const name of columns) values.set(name, readAttribute(row, name))
  return { auth, values }
}

/** Three values, as in SQL (Kleene): what is unknown stays unknown under `not`. */
export function judge(rule: Rule, one: Case): Truth {
  switch (rule.kind) {
    case 'all':
    case 'any': {
      const settled = rule.kind === 'any'
      let truth: Truth = !settled
      for (const part of rule.parts) {
        const value = judge(part, one)
        if (value === settled) return settled
        if (value === null) truth = null
      }
      return truth
    }
    case 'not': {
      const value = judge(rule.part, one)
      return value === null ? null : !value
    }
    default: {
      const value = judgeLeaf(rule, one)
      return typeof value === 'boolean' ? value : null
    }
  }
}

/** @returns why, where a rule is neither true nor false */
export function judgeLeaf(rule: LeafRule, { auth, values }: Case): boolean | Doubt {
  if (rule.kind === 'right') return auth?.[rule.right].has(rule.name) ?? false
  const given = values.get(rule.column.name)
  if (given === MISSING) return 'no_column'
  if (rule.kind === 'null') return given === null
  if (rule.kind === 'compare') {
    const operand = bindValue(rule, auth)
    if (operand === undefined) return 'nothing_of_caller'
    const value = valueIn(rule.column, given)
    return typeof value === 'object' ? value.doubt : holds(rule.op, value, operand)
  }
  const list = bindList(rule, auth)
  if (list === undefined) return 'nothing_of_caller'
  // Nothing is in an empty list, whatever it is: SQL says the same of NULL.
  if (list.length === 0) return false
  const value = valueIn(rule.column, given)
  return typeof value === 'object' ? value.doubt : list.some((item) => holds('eq', value, item))
}

function valueIn({ type }: Column, given: unknown): RowValue | { readonly doubt: Doubt } {
  if (given === null) return { doubt: 'null_column' }
  return typedValue(given, type) ?? { doubt: 'column_type' }
}
