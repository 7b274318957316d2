import type { ColumnType } from './where.ts'

/** A value that means the same here and in SQL. */
export type Constant = string | number | boolean

/** How two values can lie to each other. */
export type Comparison = 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte'

/** Something of the caller's, looked up when a condition is asked. */
export interface Reference {
  readonly from: 'subject' | 'tenant' | 'issuer' | 'roles' | 'scopes' | 'claims'
  /** Name of the claim; empty for the others. */
  readonly claim: string
}

/** A column and what it holds. */
export interface Column {
  readonly name: string
  readonly type: ColumnType
}

export interface CompareRule {
  readonly kind: 'compare'
  /** Where it stands in the condition: `where.any[0].eq`. */
  readonly at: string
  readonly op: Comparison
  readonly column: Column
  readonly operand: { readonly constant: Constant } | Reference
}

export interface InRule {
  readonly kind: 'in'
  readonly at: string
  readonly column: Column
  readonly operand: { readonly constants: readonly Constant[] } | Reference
}

export interface NullRule {
  readonly kind: 'null'
  readonly at: string
  readonly column: Column
}

export interface RightRule {
  readonly kind: 'right'
  readonly at: string
  readonly right: 'roles' | 'scopes'
  readonly name: string
}

/** A rule that has no rules inside. */
export type LeafRule = CompareRule | InRule | NullRule | RightRule

export interface GroupRule {
  readonly kind: 'all' | 'any'
  readonly at: string
  readonly parts: readonly Rule[]
}

export interface NotRule {
  readonly kind: 'not'
  readonly at: string
  readonly part: Rule
}

/** A condition that was read: what is judged, and what a query is made of. */
export type Rule = LeafRule | GroupRule | NotRule
