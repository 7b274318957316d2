import type {
  AndNode,
  BinaryOperationNode,
  BinaryOperator,
  ColumnNode,
  IdentifierNode,
  OperationNode,
  OperatorNode,
  OrNode,
  ParensNode,
  PrimitiveValueListNode,
  RawNode,
  ReferenceNode,
  TableNode,
  ValueNode,
} from 'kysely'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import { bindList, bindValue } from './bind-reference.ts'
import type { RowFilter } from './row-filter.ts'
import type { CompareRule, Comparison, Constant, LeafRule, Rule } from './rule.ts'

// Nodes are plain data by Kysely's types, so they are made here without loading it: that would cost an
// app that has no database the start of one.

/** What a rule comes to in a query; `true` and `false` where no row need be looked at. */
export type Filtered = OperationNode | boolean

export function rowFilter(filtered: Filtered): RowFilter {
  const node = typeof filtered === 'boolean' ? raw(filtered ? '1 = 1' : '1 = 0') : filtered
  const parens: ParensNode = Object.freeze({ kind: 'ParensNode', node })
  return Object.freeze({ expressionType: undefined, toOperationNode: () => parens })
}

/**
 * The rows for which a rule is true. `not` is carried inwards until no part of it is left, because of
 * the three values: what is unknown here is unknown there, and neither it nor its opposite is asked for.
 * Made for no database in particular: comparisons, lists, `is null`, `and`, `or`.
 */
export function filterRule(
  rule: Rule,
  auth: AuthContext | null,
  table: string | null,
  isNegated = false,
): Filtered {
  switch (rule.kind) {
    case 'not':
      return filterRule(rule.part, auth, table, !isNegated)
    case 'all':
    case 'any': {
      const kind = (rule.kind === 'any') !== isNegated ? 'OrNode' : 'AndNode'
      return joined(
        kind,
        rule.parts.map((part) => filterRule(part, auth, table, isNegated)),
      )
    }
    default:
      return filterLeaf(rule, auth, table, isNegated)
  }
}

function filterLeaf(
  rule: LeafRule,
  auth: AuthContext | null,
  table: string | null,
  isNegated: boolean,
): Filtered {
  if (rule.kind === 'right') return (auth?.[rule.right].has(rule.name) ?? false) !== isNegated
  const column = reference(rule.column.name, table)
  switch (rule.kind) {
    case 'null':
      return binary(column, isNegated ? 'is not' : 'is', immediate(null))
    case 'in': {
      const list = bindList(rule, auth)
      if (list === undefined) return false
      if (list.length === 0) return isNegated
      if (rule.column.type !== 'boolean' || !isNegated) {
        return binary(column, isNegated ? 'not in' : 'in', valueList(list))
      }
      // As `ne` below: what is neither true nor false is not "in none of them" either.
      const others = [true, false].filter((one) => !list.includes(one))
      return others.length > 0 && binary(column, 'in', valueList(others))
    }
    case 'compare':
      return filterComparison(rule, auth, column, isNegated)
  }
}

function filterComparison(
  rule: CompareRule,
  auth: AuthContext | null,
  column: ReferenceNode,
  isNegated: boolean,
): Filtered {
  const operand = bindValue(rule, auth)
  if (operand === undefined) return false
  const op = isNegated ? OPPOSITE[rule.op] : rule.op
  // Of two values: where a database keeps others in such a column, they are neither.
  if (typeof operand === 'boolean' && op === 'ne') return binary(column, '=', value(!operand))
  return binary(column, OPERATOR[op], value(operand))
}

const OPPOSITE: Readonly<Record<Comparison, Comparison>> = {
  eq: 'ne',
  ne: 'eq',
  lt: 'gte',
  lte: 'gt',
  gt: 'lte',
  gte: 'lt',
}

const OPERATOR: Readonly<Record<Comparison, BinaryOperator>> = {
  eq: '=',
  ne: '<>',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
}

/** Parts that are settled fall out, or settle it. */
function joined(kind: 'AndNode' | 'OrNode', parts: readonly Filtered[]): Filtered {
  const settles = kind === 'OrNode'
  let whole: OperationNode | null = null
  for (const part of parts) {
    if (part === settles) return settles
    if (typeof part === 'boolean') continue
    whole = whole === null ? part : pair(kind, whole, part)
  }
  if (whole === null) return !settles
  const parens: ParensNode = Object.freeze({ kind: 'ParensNode', node: whole })
  return parens
}

function pair(
  kind: 'AndNode' | 'OrNode',
  left: OperationNode,
  right: OperationNode,
): AndNode | OrNode {
  return Object.freeze({ kind, left, right })
}

function binary(
  leftOperand: OperationNode,
  operator: BinaryOperator,
  rightOperand: OperationNode,
): BinaryOperationNode {
  const node: OperatorNode = Object.freeze({ kind: 'OperatorNode', operator })
  return Object.freeze({ kind: 'BinaryOperationNode', leftOperand, operator: node, rightOperand })
}

function reference(name: string, table: string | null): ReferenceNode {
  const column: ColumnNode = Object.freeze({ kind: 'ColumnNode', column: identifier(name) })
  if (table === null) return Object.freeze({ kind: 'ReferenceNode', column })
  const of: TableNode = Object.freeze({
    kind: 'TableNode',
    table: Object.freeze({ kind: 'SchemableIdentifierNode', identifier: identifier(table) }),
  })
  return Object.freeze({ kind: 'ReferenceNode', column, table: of })
}

function identifier(name: string): IdentifierNode {
  return Object.freeze({ kind: 'IdentifierNode', name })
}

function value(given: string | number | boolean): ValueNode {
  return Object.freeze({ kind: 'ValueNode', value: given })
}

function valueList(values: readonly Constant[]): PrimitiveValueListNode {
  return Object.freeze({ kind: 'PrimitiveValueListNode', values: Object.freeze([...values]) })
}

function immediate(given: null): ValueNode {
  return Object.freeze({ kind: 'ValueNode', value: given, immediate: true })
}

function raw(sql: string): RawNode {
  return Object.freeze({ kind: 'RawNode', sqlFragments: Object.freeze([sql]), parameters: NONE })
}

const NONE: readonly OperationNode[] = Object.freeze([])
